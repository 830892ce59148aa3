#include "llm/embedded_scripts.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <system_error>

#include <sys/stat.h>
#include <unistd.h>

#include "base/text.hpp"

namespace collet::llm {
namespace {

namespace fs = std::filesystem;

constexpr int kParentsMax = 3;  // build/<preset>/bin to the source tree

/// Code that we run must come from somebody who could also have changed the
/// executable: root or ourselves, in a folder that others cannot write to.
bool is_ours(const fs::path& folder) {
  struct stat info{};
  if (::stat(folder.c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) return false;
  const bool owner_ok = info.st_uid == 0 || info.st_uid == ::geteuid();
  return owner_ok && (info.st_mode & S_IWOTH) == 0 && fs::exists(folder / "serve.py");
}

std::vector<fs::path> places() {
  std::error_code ignored;
  const fs::path program = fs::read_symlink("/proc/self/exe", ignored);
  fs::path folder = program.parent_path();
  std::vector<fs::path> found{folder.parent_path() / "share" / "collet" / "model"};
  for (int i = 0; i < kParentsMax; ++i) {
    folder = folder.parent_path();
    found.push_back(folder / "scripts" / "model");
  }
  return found;
}

bool may_know(std::string_view variable) {
  static constexpr std::array<std::string_view, 14> kNames = {
      "PATH", "HOME", "USER", "LANG", "TMPDIR", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE",
      "CURL_CA_BUNDLE", "LD_LIBRARY_PATH", "http_proxy", "https_proxy", "no_proxy"};
  static constexpr std::array<std::string_view, 7> kPrefixes = {"PIP_",       "XDG_",        "LC_",      "HTTP_PROXY",
                                                                "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"};
  const auto name = variable.substr(0, variable.find('='));
  const bool prefixed =
      std::any_of(kPrefixes.begin(), kPrefixes.end(), [&](auto prefix) { return name.starts_with(prefix); });
  return prefixed || std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

}  // namespace

Result<ModelScripts> find_model_scripts() {
  std::vector<std::string> tried;
  for (const auto& place : places()) {
    if (is_ours(place)) return ModelScripts{.folder = place.string()};
    tried.push_back(place.string());
  }
  return Error{Errc::not_found, "the scripts of the embedded model are not there (looked in " + base::join(tried, ", ") +
                                    "); install them with: cmake --install"};
}

std::vector<std::string> script_command(const ModelScripts& scripts, std::string_view script,
                                        const config::ModelSettings& model) {
  const auto& embedded = model.embedded;
  const bool embeds = std::find(model.types.begin(), model.types.end(), "text-to-embedding") != model.types.end();
  std::vector<std::string> command{scripts.python, "-B", scripts.folder + "/" + std::string(script)};
  const auto add = [&](std::string_view option, const std::string& value) {
    if (!value.empty()) command.insert(command.end(), {std::string(option), value});
  };
  add("--catalog", scripts.catalog);
  // The loader may have filled in the id, which is a name of the user's own making.
  if (model.upstream_model != model.id) add("--model", model.upstream_model);
  add("--kind", embeds ? "text-to-embedding" : "text-to-text");
  add("--dir", embedded.dir);
  add("--runtime", embedded.runtime);
  add("--weights-file", embedded.weights_file);
  add("--weights-sha256", embedded.weights_sha256);
  return command;
}

std::vector<std::string> script_environment() {
  std::vector<std::string> known;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    if (may_know(*entry)) known.emplace_back(*entry);
  }
  return known;
}

}  // namespace collet::llm
