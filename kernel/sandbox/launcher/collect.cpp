#include "sandbox/launcher/collect.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox/fd.hpp"

namespace collet::launcher {
namespace {

using sandbox::UniqueFd;

constexpr int kDepthMax = 48;
constexpr std::size_t kPathBytesMax = 1024;  // whoever reads it names it by its path
constexpr std::size_t kPieceBytes = 256 << 10;
constexpr std::uint32_t kLookedAtMax = 200'000;  // names, the skipped ones too

int open_below(int folder, const char* name, std::uint64_t flags) {
  open_how how{};
  how.flags = flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  return static_cast<int>(::syscall(SYS_openat2, folder, name, &how, sizeof how));
}

// A name that a person and a JSON text can hold.
bool is_plain(std::string_view name) {
  for (const char c : name) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
  }
  return true;
}

// Whether a link in a folder so deep below the top stays below it. By its text
// alone: what it passes through can be links as well, which stay below it too.
bool stays_below(std::string_view target, int depth) {
  if (target.empty() || target.front() == '/') return false;
  while (!target.empty()) {
    const std::size_t slash = std::min(target.find('/'), target.size());
    const std::string_view part = target.substr(0, slash);
    if (part == ".." && --depth < 0) return false;
    if (part != ".." && part != "." && !part.empty()) ++depth;
    target.remove_prefix(std::min(slash + 1, target.size()));
  }
  return true;
}

class Collector {
 public:
  Collector(const wire::CollectRequest& request, int to) : request_(request), piece_(kPieceBytes) {
    struct stat about{};
    ::fstat(to, &about);
    owner_ = about.st_uid;
    group_ = about.st_gid;
  }

  bool copy_folder(int from, int to, int depth);
  wire::Collected result;

 private:
  bool copy_entry(int from, int to, const char* name, int depth);
  bool copy_file(const UniqueFd& from, const struct stat& about, int to, const char* name);
  bool copy_bytes(int from, int to, std::uint64_t bytes_max);
  bool copy_link(int from, int to, const char* name, int depth);
  bool enter(const UniqueFd& from, int to, const char* name, int depth);

  [[nodiscard]] bool is_full() const { return result.files >= request_.files_max; }
  bool skip_for_count(const char* name) {
    return skip(E2BIG, "there are more than " + std::to_string(request_.files_max) + " files", name);
  }
  // Over it, all is lost in a strict copy, and this one thing in another.
  bool skip(int error, const std::string& why, const char* name) {
    if (result.skipped++ == 0) std::snprintf(result.detail.data(), result.detail.size(), "%.120s: %s", name, why.c_str());
    if (request_.is_strict != 0) result.error = error;
    return request_.is_strict == 0;
  }
  bool fail(const char* what, const char* name) {
    result.error = errno;
    std::snprintf(result.detail.data(), result.detail.size(), "%s: %s: %s", what, name, ::strerrordesc_np(errno));
    return false;
  }

  const wire::CollectRequest& request_;
  std::vector<char> piece_;
  uid_t owner_ = 0;
  gid_t group_ = 0;
  std::uint32_t looked_at_ = 0;
  std::size_t path_bytes_ = 0;  // of the folder at hand, from the top
};

bool Collector::copy_folder(int from, int to, int depth) {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::fdopendir(::openat(from, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)), ::closedir);
  if (!folder) return fail("reading a folder", ".");
  while (const dirent* entry = ::readdir(folder.get())) {
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (++looked_at_ > kLookedAtMax) return skip(E2BIG, "too many names", "/out");
    if (!is_plain(name)) {
      if (!skip(EINVAL, "a name with control characters", "/out")) return false;
      continue;
    }
    if (!copy_entry(from, to, entry->d_name, depth)) return false;
  }
  return true;
}

bool Collector::copy_entry(int from, int to, const char* name, int depth) {
  struct stat about{};
  if (path_bytes_ + std::strlen(name) > kPathBytesMax) return skip(ENAMETOOLONG, "its path has more than " + std::to_string(kPathBytesMax) + " bytes", name);
  if (::fstatat(from, name, &about, AT_SYMLINK_NOFOLLOW) != 0) return fail("looking at a file", name);
  if (S_ISLNK(about.st_mode)) return copy_link(from, to, name, depth);
  if (!S_ISREG(about.st_mode) && !S_ISDIR(about.st_mode)) return skip(EINVAL, "is no file or folder", name);
  const UniqueFd fd(open_below(from, name, S_ISDIR(about.st_mode) ? O_RDONLY | O_DIRECTORY : O_RDONLY));
  // A collector without rights of its own may not read what its owner may not.
  if (!fd && errno == EACCES) return skip(EINVAL, "cannot be read", name);
  if (!fd || ::fstat(fd.get(), &about) != 0) return fail("opening a file", name);
  if (S_ISDIR(about.st_mode)) return enter(fd, to, name, depth);
  return copy_file(fd, about, to, name);
}

bool Collector::enter(const UniqueFd& from, int to, const char* name, int depth) {
  if (depth >= kDepthMax) return skip(E2BIG, "folders are nested too deep", name);
  if (is_full()) return skip_for_count(name);
  ++result.files;
  if (::mkdirat(to, name, 0755) != 0) return fail("making a folder", name);
  const UniqueFd made(open_below(to, name, O_RDONLY | O_DIRECTORY));
  if (!made || ::fchown(made.get(), owner_, group_) != 0) return fail("making a folder", name);
  const std::size_t above = std::exchange(path_bytes_, path_bytes_ + std::strlen(name) + 1);
  const bool goes_on = copy_folder(from.get(), made.get(), depth + 1);
  path_bytes_ = above;
  return goes_on;
}

bool Collector::copy_file(const UniqueFd& from, const struct stat& about, int to, const char* name) {
  const auto size = static_cast<std::uint64_t>(about.st_size);
  if (size > request_.file_bytes_max) return skip(E2BIG, "has more than " + std::to_string(request_.file_bytes_max) + " bytes", name);
  if (size > request_.bytes_max - result.bytes) return skip(E2BIG, "all files have more than " + std::to_string(request_.bytes_max) + " bytes", name);
  if (is_full()) return skip_for_count(name);
  ++result.files;
  const mode_t mode = (about.st_mode & 0111) != 0 ? 0755 : 0644;
  const UniqueFd made(::openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode));
  if (!made || !copy_bytes(from.get(), made.get(), size)) return fail("copying a file", name);
  if (::fchown(made.get(), owner_, group_) != 0 || ::fchmod(made.get(), mode) != 0) return fail("copying a file", name);
  // Compiled modules are valid for a source of that very time.
  const timespec times[] = {about.st_mtim, about.st_mtim};
  return ::futimens(made.get(), times) == 0 || fail("copying a file", name);
}

bool Collector::copy_bytes(int from, int to, std::uint64_t bytes_max) {
  for (std::uint64_t left = bytes_max; left > 0;) {
    const ssize_t got = ::read(from, piece_.data(), std::min<std::uint64_t>(left, piece_.size()));
    if (got < 0) return false;
    if (got == 0) break;
    for (ssize_t at = 0; at < got;) {
      const ssize_t wrote = ::write(to, piece_.data() + at, static_cast<std::size_t>(got - at));
      if (wrote <= 0) return false;
      at += wrote;
    }
    left -= static_cast<std::uint64_t>(got);
    result.bytes += static_cast<std::uint64_t>(got);
  }
  return true;
}

bool Collector::copy_link(int from, int to, const char* name, int depth) {
  if (request_.is_strict == 0) return skip(ELOOP, "is a link", name);
  std::array<char, 1024> target{};
  const ssize_t size = ::readlinkat(from, name, target.data(), target.size() - 1);
  if (size < 0) return fail("reading a link", name);
  if (size == static_cast<ssize_t>(target.size() - 1)) return skip(ENAMETOOLONG, "is a link that is too long", name);
  if (!stays_below(std::string_view(target.data(), static_cast<std::size_t>(size)), depth)) return skip(ELOOP, "is a link that leads out", name);
  if (is_full()) return skip_for_count(name);
  ++result.files;
  if (::symlinkat(target.data(), to, name) != 0) return fail("making a link", name);
  return ::fchownat(to, name, owner_, group_, AT_SYMLINK_NOFOLLOW) == 0 || fail("making a link", name);
}

}  // namespace

wire::Collected collect(const wire::CollectRequest& request, int from, int to) {
  Collector collector(request, to);
  collector.copy_folder(from, to, 0);
  return collector.result;
}

}  // namespace collet::launcher
