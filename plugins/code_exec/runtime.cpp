#include "runtime.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>

namespace code_exec {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFolders[] = {"/usr/bin", "/usr/local/bin"};

/// {3, 11} of "3.11"; empty for what is no version.
std::vector<int> numbers_of(std::string_view version) {
  std::vector<int> numbers;
  const char* at = version.data();
  const char* end = at + version.size();
  while (at != end) {
    int number = 0;
    const auto [stop, error] = std::from_chars(at, end, number);
    if (error != std::errc() || number < 0) return {};
    numbers.push_back(number);
    if (stop != end && (*stop != '.' || stop + 1 == end)) return {};
    at = stop == end ? end : stop + 1;
  }
  return numbers;
}

bool is_file(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

void add_root(std::vector<std::string>& roots, std::string root) {
  const bool is_there = root == "/usr" || root.starts_with("/usr/") || root == "/" || std::ranges::find(roots, root) != roots.end();
  if (!is_there) roots.push_back(std::move(root));
}

}  // namespace

std::string version_in(std::string_view file, std::string_view stem) {
  if (!file.starts_with(stem)) return {};
  file.remove_prefix(stem.size());
  return numbers_of(file).empty() ? std::string() : std::string(file);
}

bool is_older(std::string_view version, std::string_view other) { return numbers_of(version) < numbers_of(other); }

std::optional<Runtime> find_interpreter(std::string_view stem, std::span<const std::string_view> plain) {
  fs::path best;
  std::string best_version;
  for (const auto folder : kFolders) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
      const std::string version = version_in(entry.path().filename().string(), stem);
      if (!is_older(best_version, version) || !is_file(entry.path())) continue;
      best_version = version;
      best = entry.path();
    }
  }
  for (const auto name : plain) {
    for (const auto folder : kFolders) {
      if (best.empty() && is_file(fs::path(folder) / name)) best = fs::path(folder) / name;
    }
  }
  if (best.empty()) return std::nullopt;
  const std::string real = without_links(best.string());
  return Runtime{real, best_version, default_roots(real), false};
}

std::vector<std::string> default_roots(const std::string& interpreter) {
  std::vector<std::string> roots = {"/usr", "/lib", "/lib64", "/bin"};
  add_root(roots, prefix_of(interpreter));
  add_root(roots, prefix_of(without_links(interpreter)));
  std::erase_if(roots, [](const std::string& folder) {
    std::error_code error;
    return !fs::exists(folder, error);
  });
  return roots;
}

std::string without_links(const std::string& interpreter) {
  std::error_code error;
  const fs::path real = fs::canonical(interpreter, error);
  return error ? interpreter : real.string();
}

std::string prefix_of(const std::string& interpreter) { return fs::path(interpreter).parent_path().parent_path().string(); }

}  // namespace code_exec
