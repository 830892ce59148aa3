// The checks before loading.
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ids.hpp"
#include "plugin/elf_note.hpp"
#include "plugin/library.hpp"

namespace collet::plugin {
namespace {

constexpr std::int64_t kFileBytesMax = 512ll << 20;

/// Closes a descriptor.
struct Fd {
  explicit Fd(int number) : number(number) {}
  ~Fd() {
    if (number >= 0) close(number);
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  int number;
};

Error unreadable(const char* what) {
  return {Errc::unavailable, std::string(what) + ": " + std::strerror(errno)};
}

/// Somebody who may write the file may run code in the server. The user's own
/// group is fine: it has no other members.
Result<void> check_owner(const struct stat& info) {
  if (info.st_uid != 0 && info.st_uid != geteuid()) {
    return Error{Errc::denied, "belongs to user " + std::to_string(info.st_uid) + ", neither root nor the server's own"};
  }
  const bool others = (info.st_mode & S_IWOTH) != 0;
  const bool group = (info.st_mode & S_IWGRP) != 0 && info.st_gid != getegid() && info.st_gid != 0;
  if (others || group) return Error{Errc::denied, "others may write to it; chmod go-w it"};
  return {};
}

Result<std::vector<std::uint8_t>> read_all(int fd, std::size_t size) {
  std::vector<std::uint8_t> bytes(size);
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got = read(fd, bytes.data() + done, size - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return unreadable("cannot be read");
    if (got == 0) return Error{Errc::invalid, "became shorter while it was read"};
    done += static_cast<std::size_t>(got);
  }
  return bytes;
}

Result<std::vector<std::uint8_t>> read_file(const std::string& path) {
  const Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (fd.number < 0) return unreadable("cannot be opened");
  struct stat info {};
  if (fstat(fd.number, &info) != 0) return unreadable("cannot be examined");
  if (!S_ISREG(info.st_mode)) return Error{Errc::invalid, "not a regular file"};
  if (info.st_size > kFileBytesMax) return Error{Errc::limit, "larger than 512 MiB"};
  if (auto safe = check_owner(info); !safe) return safe.error();
  return read_all(fd.number, static_cast<std::size_t>(info.st_size));
}

Result<void> check_version(const PluginNote& note) {
  const auto text = [](std::uint32_t major, std::uint32_t minor) {
    return std::to_string(major) + "." + std::to_string(minor);
  };
  if (note.abi_major != COLLET_ABI_MAJOR || note.abi_minor > COLLET_ABI_MINOR) {
    return Error{Errc::unavailable, "built for plugin ABI " + text(note.abi_major, note.abi_minor) +
                                        ", this server speaks " + text(COLLET_ABI_MAJOR, COLLET_ABI_MINOR)};
  }
  constexpr std::uint32_t kMustKnow = 0xffff;  // see collet_note_header; we know none
  if ((note.flags & kMustKnow) != 0) {
    return Error{Errc::unavailable, "its note sets flags " + std::to_string(note.flags & kMustKnow) +
                                        ", which this server does not know; it needs a newer one"};
  }
  return {};
}

}  // namespace

Result<void> read_plugin_file(const std::string& path, PluginFile& file) {
  file.path = path;
  auto bytes = read_file(path);
  if (!bytes) return bytes.error();
  file.bytes = std::move(bytes).value();
  file.sha256 = base::sha256_hex({reinterpret_cast<const char*>(file.bytes.data()), file.bytes.size()});
  const auto note = read_plugin_note(file.bytes);
  if (!note) return note.error();
  if (auto fits = check_version(*note); !fits) return fits.error();
  auto manifest = parse_manifest(note->manifest);
  if (!manifest) return manifest.error();
  file.manifest = std::move(manifest).value();
  return {};
}

}  // namespace collet::plugin
