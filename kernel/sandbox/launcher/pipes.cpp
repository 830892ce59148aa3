#include "sandbox/launcher/pipes.hpp"

#include <deque>
#include <string_view>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

namespace collet::launcher {
namespace {

constexpr std::size_t kEntriesMax = 4096;
constexpr std::size_t kPipesMax = 64;

unsigned char kind_of(DIR* folder, const dirent& entry) {
  struct stat info;
  if (entry.d_type != DT_UNKNOWN) return entry.d_type;
  if (::fstatat(::dirfd(folder), entry.d_name, &info, AT_SYMLINK_NOFOLLOW) != 0) return DT_UNKNOWN;
  return S_ISDIR(info.st_mode) ? DT_DIR : S_ISFIFO(info.st_mode) ? DT_FIFO : DT_REG;
}

Mount cover(std::string target) {
  Mount mount;
  mount.source = "/dev/null";
  mount.target = std::move(target);
  mount.is_folder = false;
  mount.is_device = true;
  mount.may_miss = true;
  return mount;
}

}  // namespace

bool is_system_root(const char* path) {
  const std::string_view root(path);
  for (const std::string_view own : {"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"}) {
    if (root == own) return true;
  }
  return root.starts_with("/usr/") || root.starts_with("/etc/");
}

void cover_pipes(int tree, const std::string& target, std::vector<Mount>& mounts) {
  std::deque<std::string> folders = {"."};
  std::size_t seen = 0, covered = 0;
  for (; !folders.empty() && seen < kEntriesMax && covered < kPipesMax; folders.pop_front()) {
    const int fd = ::openat(tree, folders.front().c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    DIR* folder = fd >= 0 ? ::fdopendir(fd) : nullptr;
    if (folder == nullptr) continue;
    while (const dirent* entry = ::readdir(folder)) {
      const std::string_view name = entry->d_name;
      if (name == "." || name == "..") continue;
      if (++seen > kEntriesMax) break;
      const unsigned char kind = kind_of(folder, *entry);
      const std::string path = folders.front() == "." ? std::string(name) : folders.front() + "/" + std::string(name);
      if (kind == DT_DIR) folders.push_back(path);
      if (kind == DT_FIFO && covered++ < kPipesMax) mounts.push_back(cover(target + "/" + path));
    }
    ::closedir(folder);
  }
}

void cover_pipes(const char* path, const std::string& target, std::vector<Mount>& mounts) {
  const UniqueFd tree(::open(path, O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (tree) cover_pipes(tree.get(), target, mounts);
}

}  // namespace collet::launcher
