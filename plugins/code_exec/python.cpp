// The Python row.
#include <filesystem>

#include "bootstrap.hpp"
#include "language.hpp"

namespace code_exec {
namespace {

std::optional<Runtime> find_python() {
  auto found = find_interpreter("python3.", {});
  if (found) found->version = "3." + found->version;
  return found;
}

void complete_python(Runtime& runtime) {
  const std::string file = std::filesystem::path(without_links(runtime.interpreter)).filename().string();
  if (const std::string minor = version_in(file, "python3."); !minor.empty()) runtime.version = "3." + minor;
  if (runtime.roots.empty()) runtime.roots = default_roots(runtime.interpreter);
}

std::vector<std::string> python_argv(const Runtime& runtime) {
  // -I: no environment, no user folder. -u: partial output survives a time-out.
  std::vector<std::string> argv = {runtime.interpreter, "-I", "-B", "-u", "-X", "utf8"};
  // Without `site` the start takes half the time; an interpreter that the
  // operator chose may have packages that need it.
  if (!runtime.is_configured) argv.push_back("-S");
  argv.insert(argv.end(), {"-c", "exec(compile(open(5,'rb').read(),'<collet>','exec'))"});
  return argv;
}

bool is_part_of_name(char c) { return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool mentions(std::string_view code, std::string_view name) {
  for (std::size_t at = 0; (at = code.find(name, at)) != std::string_view::npos; at += name.size()) {
    const std::size_t end = at + name.size();
    const bool is_whole = (at == 0 || !is_part_of_name(code[at - 1])) && (end == code.size() || !is_part_of_name(code[end]));
    if (is_whole) return true;
  }
  return false;
}

/// What takes long to import is imported before the program is known, but only for those
/// that name it. Packages that a model chose are imported in nobody's box but their own.
Start start_python(std::string_view code, bool has_packages) {
  std::string wanted;
  for (const std::string_view name : {"numpy", "pandas", "matplotlib"}) {
    if (mentions(code, name)) wanted.append("'").append(name == "matplotlib" ? "matplotlib.pyplot" : name).append("', ");
  }
  return {kPythonBootstrap + ("_collet((" + wanted + "))\n"), wanted.empty() || !has_packages};
}

std::string python_description(const Runtime& runtime, Files files) {
  return describe("a Python " + (runtime.version.empty() ? "3" : runtime.version), runtime, files, "the standard library",
                  "Print what you want to see: the answer is what the program prints "
                  "(the value of a last bare expression comes back as `result` too).");
}

std::vector<collet::ToolExample> python_examples() {
  return {
      {"What are the first 8 Fibonacci numbers?", "compute the first 8 Fibonacci numbers",
       R"json({"code": "a, b = 0, 1\nout = []\nfor _ in range(8):\n    out.append(a)\n    a, b = b, a + b\nprint(out)"})json",
       "{\n  \"returncode\": 0,\n  \"stdout\": \"[0, 1, 1, 2, 3, 5, 8, 13]\",\n  \"stderr\": \"\"\n}",
       "The first 8 Fibonacci numbers are 0, 1, 1, 2, 3, 5, 8 and 13."},
      {"Mean and standard deviation of 4, 8, 15, 16, 23, 42, please.",
       "compute mean and standard deviation of 4, 8, 15, 16, 23, 42",
       R"json({"code": "import statistics as s\nd = [4, 8, 15, 16, 23, 42]\nprint('mean', s.mean(d))\nprint('stdev', round(s.stdev(d), 3))"})json",
       "{\n  \"returncode\": 0,\n  \"stdout\": \"mean 18\\nstdev 13.491\",\n  \"stderr\": \"\"\n}",
       "The mean is 18 and the standard deviation is 13.491."},
      {"How many days lie between 2024-01-15 and 2024-12-25?", "count the days between the two dates",
       R"json({"code": "from datetime import date\nprint((date(2024, 12, 25) - date(2024, 1, 15)).days)"})json",
       "{\n  \"returncode\": 0,\n  \"stdout\": \"345\",\n  \"stderr\": \"\"\n}",
       "There are 345 days between 15 January and 25 December 2024."},
  };
}

}  // namespace

const Language kPython = {
    "python",
    "code_exec_python",
    "Run Python code",
    "The Python program. Print the results.",
    find_python,
    complete_python,
    python_argv,
    start_python,
    nullptr,
    &kPip,
    nullptr,
    python_description,
    python_examples,
};

}  // namespace code_exec
