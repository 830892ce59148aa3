// Private copies of plugin files: what is mapped must not change under us.
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ids.hpp"
#include "plugin/library.hpp"

namespace collet::plugin {
namespace fs = std::filesystem;

namespace {

constexpr const char* kPrefix = "run-";
constexpr const char* kLockName = "lock";

fs::path default_parent() {
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache && *cache == '/') return fs::path(cache) / "collet/plugins";
  if (const char* home = std::getenv("HOME"); home && *home == '/') return fs::path(home) / ".cache/collet/plugins";
  return fs::temp_directory_path() / ("collet-" + std::to_string(geteuid())) / "plugins";
}

Error failed(const std::string& what) {
  return {Errc::unavailable, what + ": " + std::strerror(errno)};
}

/// The lock of a live server is held; that of a dead one is free.
void remove_leftovers(const fs::path& parent) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(parent, ignored)) {
    if (!entry.path().filename().string().starts_with(kPrefix)) continue;
    const int fd = open((entry.path() / kLockName).c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) continue;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) fs::remove_all(entry.path(), ignored);
    close(fd);
  }
}

}  // namespace

Result<std::unique_ptr<CopyFolder>> CopyFolder::make(const std::string& parent_in) {
  const fs::path parent = parent_in.empty() ? default_parent() : fs::path(parent_in);
  std::error_code error;
  fs::create_directories(parent, error);
  if (error) return Error{Errc::unavailable, "cannot make " + parent.string() + ": " + error.message()};
  remove_leftovers(parent);
  const fs::path path = parent / (kPrefix + base::random_hex(16));
  if (mkdir(path.c_str(), 0700) != 0) return failed("cannot make " + path.string());
  const int fd = open((path / kLockName).c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) != 0) return failed("cannot lock " + path.string());
  return std::unique_ptr<CopyFolder>(new CopyFolder(path, fd));
}

CopyFolder::~CopyFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
  close(lock_fd_);
}

Result<std::string> CopyFolder::add(const PluginFile& file) {
  const fs::path path = path_ / (file.manifest.id + "-" + file.sha256 + "-" + std::to_string(++count_) + ".so");
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0500);
  if (fd < 0) return failed("cannot write " + path.string());
  std::size_t done = 0;
  while (done < file.bytes.size()) {
    const ssize_t wrote = write(fd, file.bytes.data() + done, file.bytes.size() - done);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) {
      const Error error = failed("cannot write " + path.string());
      close(fd);
      return error;
    }
    done += static_cast<std::size_t>(wrote);
  }
  close(fd);
  return path.string();
}

}  // namespace collet::plugin
