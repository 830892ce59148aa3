#include "config/keys.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "base/ids.hpp"
#include "base/text.hpp"
#include "config/places.hpp"

namespace collet::config {
namespace {

namespace fs = std::filesystem;

std::string key_file(const Settings& settings) {
  const std::string folder = state_dir(settings);
  return folder.empty() ? "" : folder + "/api_key";
}

Error unavailable(const std::string& what, int code) {
  return {Errc::unavailable, what + ": " + std::strerror(code) + "; set COLLET_API_KEY, or state_dir to a folder that can be written"};
}

Result<std::string> read_key(const std::string& file) {
  struct stat facts {};
  if (stat(file.c_str(), &facts) != 0) return std::string();
  if ((facts.st_mode & 077) != 0) return Error{Errc::denied, file + " can be read by others; run chmod 600 on it, or delete it for a new key"};
  std::ifstream in(file);
  std::string key;
  if (!std::getline(in, key) || key.empty()) return Error{Errc::unavailable, file + " holds no key; delete it for a new one"};
  return std::string(base::trim(key));
}

// O_EXCL: of two servers that start at once, one makes the key.
Result<std::string> make_key(const std::string& file) {
  std::error_code error;
  const fs::path folder = fs::path(file).parent_path();
  const bool is_new = fs::create_directories(folder, error);
  if (error) return unavailable("cannot make the folder " + folder.string(), error.value());
  if (is_new) fs::permissions(folder, fs::perms::owner_all, error);
  const int fd = open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return unavailable("cannot write " + file, errno);
  const std::string key = "ck-" + base::random_hex(40);
  const std::string line = key + "\n";
  const ssize_t written = write(fd, line.data(), line.size());
  const int code = errno;
  close(fd);
  if (written != static_cast<ssize_t>(line.size())) {
    unlink(file.c_str());
    return unavailable("cannot write " + file, code);
  }
  return key;
}

KeySettings& accept(Settings& settings, std::string id, std::string key) {
  KeySettings entry;
  entry.id = std::move(id);
  entry.key = std::move(key);
  return settings.auth.keys.emplace_back(std::move(entry));
}

bool accepts(const Settings& settings, const std::string& key) {
  for (const KeySettings& entry : settings.auth.keys) {
    if (entry.key == key || entry.key == "sha256:" + base::sha256_hex(key)) return true;
  }
  return false;
}

}  // namespace

std::string stored_key(const Settings& settings) {
  const std::string file = key_file(settings);
  return file.empty() ? "" : read_key(file).value_or("");
}

Result<KeyReport> prepare_keys(Settings& settings) {
  const std::string given = environment("COLLET_API_KEY");
  if (!given.empty() && !accepts(settings, given)) accept(settings, "environment", given);
  KeyReport report;
  if (!settings.auth.keys.empty()) return report;
  report.stored_in = key_file(settings);
  if (report.stored_in.empty()) {
    return Error{Errc::unavailable, "no key is configured and there is no place to keep one; set COLLET_API_KEY, or state_dir in the config file"};
  }
  auto key = read_key(report.stored_in);
  if (key && key->empty()) {
    key = make_key(report.stored_in);
    if (key) report.made = *key;
  }
  if (!key) return key.error();
  // Whoever can read that file owns the server.
  accept(settings, "local", *key).commands = {"*"};
  return report;
}

}  // namespace collet::config
