#include "config/places.hpp"

#include <cstdlib>
#include <filesystem>

namespace collet::config {
namespace fs = std::filesystem;

std::string environment(const char* name) {
  const char* text = std::getenv(name);
  return text ? text : "";
}

std::string share_dir() {
  std::error_code error;
  const fs::path bin = fs::read_symlink("/proc/self/exe", error).parent_path();
  if (error) return "";
  // Installed: <prefix>/bin. Uninstalled: <source>/build/<preset>/bin.
  for (const fs::path& folder : {bin / "../share/collet", bin / "../../.."}) {
    if (fs::exists(folder / "config.yaml", error) && fs::is_directory(folder / "examples", error)) {
      return fs::weakly_canonical(folder, error).string();
    }
  }
  return "";
}

std::string state_dir(const Settings& settings) {
  if (!settings.state_dir.empty()) return settings.state_dir;
  const std::string state_home = environment("XDG_STATE_HOME");
  if (state_home.starts_with('/')) return state_home + "/collet";
  const std::string home = environment("HOME");
  return home.empty() ? "" : home + "/.local/state/collet";
}

std::string absolute_path(std::string_view path, const std::string& base) {
  if (path.empty()) return "";
  const std::string home = environment("HOME");
  if (!home.empty() && (path == "~" || path.starts_with("~/"))) return home + std::string(path.substr(1));
  std::string out = (fs::path(base) / path).lexically_normal().string();
  if (out.size() > 1 && out.ends_with('/')) out.pop_back();
  return out;
}

}  // namespace collet::config
