// replay_main.cpp - runs a fuzz target without libFuzzer: the corpus, then mutations of it.
// SPDX-License-Identifier: Apache-2.0
//
//   name_fuzz CORPUS [MUTATIONS [SEED]]
//
// Deterministic: the same arguments try the same inputs. An input that crashes is
// written to crash-input in the working directory.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
// So that a finding of a sanitizer reaches on_crash().
extern "C" const char* __asan_default_options() { return "abort_on_error=1"; }
extern "C" const char* __ubsan_default_options() { return "abort_on_error=1:print_stacktrace=1"; }

namespace {

constexpr std::size_t kBytesMax = 8192;

std::string current;  // the input under test

void on_crash(int signal_number) {
  const int file = open("crash-input", O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (file >= 0 && write(file, current.data(), current.size()) >= 0) close(file);
  std::signal(signal_number, SIG_DFL);
  std::raise(signal_number);
}

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  /// In 0..limit-1; 0 for limit 0.
  std::size_t below(std::size_t limit) {
    state_ += 0x9E3779B97F4A7C15u;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
    return limit == 0 ? 0 : static_cast<std::size_t>((mixed ^ (mixed >> 31)) % limit);
  }

 private:
  std::uint64_t state_;
};

void mutate(std::string& input, const std::vector<std::string>& corpus, Random& random) {
  const std::size_t at = random.below(input.size() + 1);
  const std::size_t length = std::min(random.below(32) + 1, input.size() - at);
  switch (random.below(8)) {
    case 0:
      if (at < input.size()) input[at] = static_cast<char>(input[at] ^ (1 << random.below(8)));
      break;
    case 1:
      if (at < input.size()) input[at] = static_cast<char>(random.below(256));
      break;
    case 2: input.insert(at, 1, static_cast<char>(random.below(256))); break;
    case 3: input.erase(at, length); break;
    case 4: input.insert(random.below(input.size() + 1), input.substr(at, length)); break;
    case 5: input.resize(at); break;
    case 6: {  // a piece of another input
      const std::string& other = corpus[random.below(corpus.size())];
      const std::size_t from = random.below(other.size() + 1);
      input.insert(at, other.substr(from, random.below(64)));
      break;
    }
    default: {  // the same byte many times: depth
      if (at < input.size()) input.insert(at, random.below(300), input[at]);
      break;
    }
  }
  if (input.size() > kBytesMax) input.resize(kBytesMax);
}

void try_input(const std::string& input) {
  current = input;
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(current.data()), current.size());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s CORPUS [MUTATIONS [SEED]]\n", argv[0]);
    return 2;
  }
  for (const int number : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL}) std::signal(number, on_crash);
  std::set<std::filesystem::path> files;  // sorted: the order decides the mutations
  for (const auto& entry : std::filesystem::directory_iterator(argv[1])) files.insert(entry.path());
  std::vector<std::string> corpus;
  for (const auto& file : files) {
    std::ifstream in(file, std::ios::binary);
    corpus.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    try_input(corpus.back());
  }
  if (corpus.empty()) {
    std::fprintf(stderr, "%s holds no inputs\n", argv[1]);
    return 2;
  }
  const long mutations = argc > 2 ? std::atol(argv[2]) : 20'000;
  Random random(argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 1);
  for (long i = 0; i < mutations; ++i) {
    std::string input = corpus[random.below(corpus.size())];
    for (std::size_t left = random.below(4) + 1; left > 0; --left) mutate(input, corpus, random);
    try_input(input);
  }
  std::printf("%zu inputs and %ld mutations: fine\n", corpus.size(), mutations);
  return 0;
}
