#include "plugin/scan.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include <sys/stat.h>
#include <unistd.h>

#include "base/log.hpp"

namespace collet::plugin {
namespace fs = std::filesystem;

namespace {

/// "" for a folder that is not there.
std::string canonical(const std::string& path) {
  std::error_code error;
  const auto out = fs::canonical(path, error);
  return error ? std::string() : out.string();
}

constexpr const char* kNotTrusted =
    "its folder is not trusted to run code in the server, and child mode is not there yet; list its folder in "
    "plugins.trusted_dirs";

/// Who may write to a folder may put another file in the place of a checked one.
std::string distrust_of(const std::string& folder) {
  struct stat info {};
  if (stat(folder.c_str(), &info) != 0) return "its folder cannot be examined";
  const bool ours = info.st_uid == 0 || info.st_uid == geteuid();
  if (!ours || (info.st_mode & S_IWOTH) != 0) return "its folder belongs to somebody else or lets others write; chown it, chmod go-w it";
  return {};
}

std::vector<std::string> plugin_files(const std::string& folder) {
  std::vector<std::string> out;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string file = entry.path().filename().string();
    if (!file.starts_with('.') && file.ends_with(".so")) out.push_back(entry.path().string());
  }
  if (error) base::log_warn("a plugin folder cannot be read", {{"folder", folder}, {"why", error.message()}});
  std::ranges::sort(out);
  return out;
}

}  // namespace

std::string shipped_plugin_dir() {
  std::error_code error;
  const fs::path executable = fs::read_symlink("/proc/self/exe", error);
  if (error) return {};
  const fs::path prefix = executable.parent_path().parent_path();
  for (const fs::path& folder : {prefix / "lib/collet/plugins", prefix / "plugins"}) {
    if (fs::is_directory(folder, error)) return folder.string();
  }
  return {};
}

std::vector<FoundFile> scan(const std::string& shipped_dir, const config::PluginSettings& settings) {
  std::vector<std::string> folders;
  std::map<std::string, std::string> distrust;  // by folder
  const auto add = [&](const std::string& folder, bool trust) {
    const std::string real = canonical(folder);
    if (real.empty() || distrust.contains(real)) return;
    folders.push_back(real);
    distrust[real] = trust ? distrust_of(real) : kNotTrusted;
  };
  if (!shipped_dir.empty()) add(shipped_dir, true);
  for (const auto& folder : settings.trusted_dirs) {
    if (canonical(folder).empty()) base::log_warn("a trusted plugin folder is not there", {{"folder", folder}});
    add(folder, true);
  }
  if (!settings.dir.empty()) add(settings.dir, false);

  std::vector<FoundFile> out;
  std::set<std::string> seen;
  for (const auto& folder : folders) {
    for (const auto& file : plugin_files(folder)) {
      // A link counts by where it leads: trust goes by place.
      const std::string real = canonical(file);
      const bool inside = fs::path(real).parent_path() == folder;
      if (!real.empty() && !seen.insert(real).second) continue;
      out.push_back({file, inside ? distrust[folder] : kNotTrusted});
    }
  }
  return out;
}

}  // namespace collet::plugin
