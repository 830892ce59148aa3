// suite_runner.cpp - counts how much of a checkout of the JSON-Schema-Test-Suite passes.
// SPDX-License-Identifier: Apache-2.0
//
//   schema_suite_runner DIR [draft] [--optional] [--formats] [--verbose]
//
// DIR holds tests/ and remotes/. Not part of ctest: the suite is not in this tree.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <set>
#include <string>

#include "collet/schema.hpp"

namespace fs = std::filesystem;

namespace {

struct Tally {
  int passed = 0;
  int failed = 0;
};

struct Setup {
  std::string draft;
  bool verbose = false;
  collet::SchemaOptions options;
  std::vector<collet::SchemaResource> remotes;
};

collet::Value read_json(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  auto value = collet::Value::parse(text);
  if (value) return *value;
  std::cerr << path << ": " << value.error().message << "\n";
  std::exit(2);
}

/// The cases of draft 7 mostly do not say that they are of draft 7.
collet::Value in_draft(const collet::Value& schema, const std::string& draft) {
  if (draft != "draft7" || !schema.is_object() || schema.has("$schema")) return schema;
  return collet::json::merge(schema, collet::json::object({{"$schema", "http://json-schema.org/draft-07/schema#"}}));
}

/// remotes/ of this draft and those of no draft, as the suite's server has them.
std::vector<collet::SchemaResource> read_remotes(const fs::path& folder, const std::string& draft) {
  std::vector<collet::SchemaResource> remotes;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string relative = fs::relative(entry.path(), folder);
    const std::string top = relative.substr(0, relative.find('/'));
    const bool other_draft = (top.starts_with("draft") || top == "v1") && top != draft;
    if (!entry.is_regular_file() || entry.path().extension() != ".json" || other_draft) continue;
    remotes.push_back({"http://localhost:1234/" + relative, in_draft(read_json(entry.path()), draft)});
  }
  return remotes;
}

std::string run_case(const Setup& setup, const collet::Value& schema, const collet::Value& test) {
  const auto compiled = collet::Schema::compile_with(in_draft(schema, setup.draft), setup.options, setup.remotes);
  if (!compiled) return "does not compile: " + compiled.error().message;
  const auto findings = compiled->validate(test["data"]);
  const bool valid = *test["valid"].as_bool();
  if (findings.empty() == valid) return "";
  return valid ? "should fit: " + describe(findings) : "should not fit";
}

Tally run_file(const Setup& setup, const fs::path& path) {
  Tally tally;
  const collet::Value groups = read_json(path);
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const collet::Value tests = groups.at(g)["tests"];
    for (std::size_t t = 0; t < tests.size(); ++t) {
      const std::string trouble = run_case(setup, groups.at(g)["schema"], tests.at(t));
      ++(trouble.empty() ? tally.passed : tally.failed);
      if (trouble.empty() || !setup.verbose) continue;
      std::cout << path.filename().string() << ": " << groups.at(g)["description"].string_or("") << ": "
                << tests.at(t)["description"].string_or("") << "\n    " << trouble << "\n";
    }
  }
  return tally;
}

Tally run_folder(const Setup& setup, const fs::path& folder) {
  Tally sum;
  std::set<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".json") files.insert(entry.path());
  }
  for (const fs::path& file : files) {
    const Tally tally = run_file(setup, file);
    if (tally.failed > 0) {
      std::cout << file.filename().string() << ": " << tally.failed << " of " << tally.passed + tally.failed << " fail\n";
    }
    sum.passed += tally.passed;
    sum.failed += tally.failed;
  }
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> args(argv + 1, argv + argc);
  if (args.empty()) {
    std::cerr << "usage: schema_suite_runner DIR [draft] [--optional] [--formats] [--verbose]\n";
    return 2;
  }
  const auto has = [&](const char* flag) { return std::find(args.begin(), args.end(), flag) != args.end(); };
  Setup setup;
  setup.draft = args.size() > 1 && !args[1].starts_with("--") ? args[1] : "draft2020-12";
  setup.verbose = has("--verbose");
  setup.options.assert_formats = has("--formats");
  setup.remotes = read_remotes(fs::path(args[0]) / "remotes", setup.draft);
  fs::path folder = fs::path(args[0]) / "tests" / setup.draft;
  if (has("--optional") || has("--formats")) folder /= "optional";
  if (has("--formats")) folder /= "format";
  const Tally sum = run_folder(setup, folder);
  std::cout << setup.draft << ": " << sum.passed << " of " << sum.passed + sum.failed << " pass\n";
  return sum.failed == 0 ? 0 : 1;
}
