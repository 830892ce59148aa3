// The Ruby row.
#include <array>
#include <filesystem>

#include "bootstrap.hpp"
#include "language.hpp"

namespace code_exec {
namespace {

namespace fs = std::filesystem;

/// "3.1" of "ruby3.1"; for a plain "ruby", of its library folder "lib/ruby/3.1.0".
std::string ruby_version(const std::string& interpreter) {
  const std::string named = version_in(fs::path(interpreter).filename().string(), "ruby");
  if (!named.empty()) return named;
  std::string newest;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(prefix_of(interpreter) + "/lib/ruby", error)) {
    const std::string version = version_in(entry.path().filename().string(), "");
    if (is_older(newest, version)) newest = version;
  }
  return newest.ends_with(".0") ? newest.substr(0, newest.size() - 2) : newest;
}

std::optional<Runtime> find_ruby() {
  static constexpr std::array<std::string_view, 1> kPlain = {"ruby"};
  auto found = find_interpreter("ruby", kPlain);
  if (found) found->version = ruby_version(found->interpreter);
  return found;
}

void complete_ruby(Runtime& runtime) {
  runtime.version = ruby_version(without_links(runtime.interpreter));
  if (runtime.roots.empty()) runtime.roots = default_roots(runtime.interpreter);
}

std::vector<std::string> ruby_argv(const Runtime& runtime) {
  // RubyGems would take most of the time that a short program takes; the bootstrap
  // loads it when it is asked for.
  return {runtime.interpreter, "--disable=gems", "-e", "eval(IO.open(5, &:read), nil, '<collet>')"};
}

std::string ruby_description(const Runtime& runtime, Files files) {
  const std::string program = runtime.version.empty() ? "a Ruby" : "a Ruby " + runtime.version;
  return describe(program, runtime, files, "the standard library",
                  "Print what you want to see: the answer is what the program prints "
                  "(the value of the last expression comes back as `result` when nothing is printed).");
}

std::vector<collet::ToolExample> ruby_examples() {
  return {
      {"What is the factorial of 20?", "compute the factorial of 20", R"json({"code": "puts (1..20).inject(:*)"})json",
       "{\n  \"returncode\": 0,\n  \"stdout\": \"2432902008176640000\",\n  \"stderr\": \"\"\n}",
       "The factorial of 20 is 2432902008176640000."},
      {"How often does each word occur in \"the cat and the dog and the bird\"?", "count the words of the sentence",
       R"json({"code": "words = 'the cat and the dog and the bird'.split\nwords.tally.sort_by { |word, count| [-count, word] }.each { |word, count| puts \"#{word}: #{count}\" }"})json",
       "{\n  \"returncode\": 0,\n  \"stdout\": \"the: 3\\nand: 2\\nbird: 1\\ncat: 1\\ndog: 1\",\n  \"stderr\": \"\"\n}",
       "\"the\" occurs 3 times, \"and\" twice, \"bird\", \"cat\" and \"dog\" once each."},
      {"Which day of the week was 20 July 1969?", "find the day of the week of 1969-07-20",
       R"json({"code": "require 'date'\nputs Date.new(1969, 7, 20).strftime('%A')"})json",
       "{\n  \"returncode\": 0,\n  \"stdout\": \"Sunday\",\n  \"stderr\": \"\"\n}", "20 July 1969 was a Sunday."},
  };
}

}  // namespace

const Language kRuby = {
    "ruby",
    "code_exec_ruby",
    "Run Ruby code",
    "The Ruby program. Print the results with puts.",
    find_ruby,
    complete_ruby,
    ruby_argv,
    // No copies: Ruby ties timers and pipes to the process that it was started as.
    [](std::string_view, bool) { return Start{kRubyBootstrap, false}; },
    nullptr,
    &kGem,
    nullptr,
    ruby_description,
    ruby_examples,
};

}  // namespace code_exec
