#include "sandbox/launcher/cgroup_files.hpp"

#include <cerrno>

#include <fcntl.h>

#include "sandbox/fd.hpp"

namespace collet::launcher {
namespace {

constexpr std::size_t kFileBytesMax = 1u << 20;

}  // namespace

std::string read_text(const std::string& path) {
  std::string text;
  const sandbox::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  char buffer[4096];
  while (fd && text.size() < kFileBytesMax) {
    const ssize_t got = ::read(fd.get(), buffer, sizeof buffer);
    if (got <= 0) break;
    text.append(buffer, static_cast<std::size_t>(got));
  }
  return text;
}

int write_text(const std::string& path, std::string_view text) {
  const sandbox::UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!fd) return errno;
  return ::write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? 0 : errno;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return parts;
}

bool lists(std::string_view list, std::string_view name, char separator) {
  while (list.ends_with('\n')) list.remove_suffix(1);
  for (const auto part : split(list, separator)) {
    if (part == name) return true;
  }
  return false;
}

}  // namespace collet::launcher
