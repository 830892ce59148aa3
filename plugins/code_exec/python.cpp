// The Python row.
#include <algorithm>
#include <charconv>
#include <filesystem>

#include "bootstrap.hpp"
#include "language.hpp"

namespace code_exec {
namespace {

namespace fs = std::filesystem;

/// 11 of "python3.11"; -1 for other names.
int minor_version(std::string_view file) {
  constexpr std::string_view kStem = "python3.";
  if (!file.starts_with(kStem)) return -1;
  file.remove_prefix(kStem.size());
  int minor = -1;
  const auto [end, error] = std::from_chars(file.data(), file.data() + file.size(), minor);
  return error == std::errc() && end == file.data() + file.size() ? minor : -1;
}

/// Where the dynamic linker, the C library and the interpreter's own files are.
/// The box shows them read-only; none of them holds anything private.
std::vector<std::string> roots_of(const fs::path& interpreter) {
  std::vector<std::string> roots = {"/usr", "/lib", "/lib64", "/bin"};
  const std::string prefix = interpreter.parent_path().parent_path().string();
  if (prefix != "/usr" && !prefix.starts_with("/usr/") && prefix != "/") roots.push_back(prefix);
  return existing(std::move(roots));
}

std::optional<Runtime> find_python() {
  fs::path best;
  int best_minor = -1;
  for (const char* folder : {"/usr/bin", "/usr/local/bin"}) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
      const int minor = minor_version(entry.path().filename().string());
      if (minor <= best_minor || !fs::is_regular_file(entry.path(), error)) continue;
      best_minor = minor;
      best = entry.path();
    }
  }
  if (best_minor < 0) return std::nullopt;
  return Runtime{best.string(), "3." + std::to_string(best_minor), roots_of(best), false};
}

void complete_python(Runtime& runtime) {
  std::error_code error;
  const fs::path real = fs::canonical(runtime.interpreter, error);
  const int minor = minor_version((error ? fs::path(runtime.interpreter) : real).filename().string());
  if (minor >= 0) runtime.version = "3." + std::to_string(minor);
  if (!runtime.roots.empty()) return;
  runtime.roots = roots_of(runtime.interpreter);
  if (!error && real != runtime.interpreter) {
    for (auto& root : roots_of(real)) {
      if (std::ranges::find(runtime.roots, root) == runtime.roots.end()) runtime.roots.push_back(std::move(root));
    }
  }
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

std::vector<std::string> python_env(const Runtime&) {
  return {"PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8", "TZ=UTC"};
}

std::string python_description(const Runtime& runtime) {
  const std::string version = runtime.version.empty() ? "3" : runtime.version;
  return "Runs a Python " + version +
         " program in a fresh isolated sandbox and returns its exit code, stdout and stderr. Use it for "
         "calculations, data processing, text and algorithms. " +
         (runtime.is_configured ? "No network." : "Only the standard library; no network.") +
         " Nothing is kept between calls. Print what you want to see: the answer is what the program prints "
         "(the value of a last bare expression comes back as `result` too).";
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
    "Must be left out: packages cannot be installed yet.",
    find_python,
    complete_python,
    python_argv,
    kPythonBootstrap,
    python_env,
    python_description,
    python_examples,
};

}  // namespace code_exec
