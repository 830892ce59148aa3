// suite_runner.cpp - counts how much of a checkout of the JSONTestSuite passes.
// SPDX-License-Identifier: Apache-2.0
//
//   json_suite_runner DIR    DIR holds y_*.json, n_*.json and i_*.json
//
// Not part of ctest: the suite is not in this tree.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <set>
#include <string>

#include "collet/json.hpp"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: json_suite_runner DIR\n";
    return 2;
  }
  int right = 0;
  int wrong = 0;
  int free_accepted = 0;
  int free_refused = 0;
  std::set<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1])) files.insert(entry.path());
  for (const auto& file : files) {
    std::ifstream in(file, std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(in)), {});
    const auto value = collet::Value::parse(text);
    const char kind = file.filename().string()[0];
    if (kind == 'i') {
      ++(value ? free_accepted : free_refused);
      std::cout << file.filename().string() << (value ? ": accepted" : ": " + value.error().message) << "\n";
      continue;
    }
    const bool reads_back = value && collet::Value::parse(value->dump()).value_or({}) == *value;
    const bool fine = kind == 'y' ? reads_back : !value;
    ++(fine ? right : wrong);
    if (!fine) std::cout << "WRONG " << file.filename().string() << "\n";
  }
  std::cout << right << " of " << right + wrong << " right; of the free ones " << free_accepted << " accepted, "
            << free_refused << " refused\n";
  return wrong == 0 ? 0 : 1;
}
