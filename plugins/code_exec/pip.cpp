// Python packages, by pip: wheels only, so that nothing of a package runs before it is
// in the box of the program that asked for it.
#include <array>
#include <filesystem>

#include "packages.hpp"

namespace code_exec {
namespace {

namespace fs = std::filesystem;
using collet::Errc;
using collet::Error;
using collet::ExecRequest;
using collet::Result;

constexpr const char* kQuestion =
    "import sys; sys.path[:0] = sys.argv[1:]; from pip._internal.models.index import PyPI; "
    "print(PyPI.simple_url); print(PyPI.file_storage_domain + ':443')";
constexpr std::size_t kPackageBytesMax = 200;

/// `==1.2`, `>=1,<2`, `~=1.4.2`; what a version may be is for pip to say.
bool is_version_part(std::string_view text) {
  const std::string_view sign = take_while(text, "=<>!~");
  constexpr std::array<std::string_view, 7> kSigns = {"==", ">=", "<=", "~=", "!=", "<", ">"};
  if (std::find(kSigns.begin(), kSigns.end(), sign) == kSigns.end()) return false;
  const std::string_view version = take_while(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.*+!_-");
  return !version.empty() && version.front() != '-' && text.empty();
}

bool take_extras(std::string_view& text) {
  if (!text.starts_with('[')) return true;
  text.remove_prefix(1);
  const bool named = !take_while(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._,-").empty();
  if (!named || !text.starts_with(']')) return false;
  text.remove_prefix(1);
  return true;
}

std::string pip_fault(std::string_view package) {
  const std::string expected = "expected a name as in \"numpy\", \"pandas==2.2.3\" or \"requests[socks]>=2.31,<3\"";
  if (package.size() > kPackageBytesMax) return "is longer than " + std::to_string(kPackageBytesMax) + " characters; " + expected;
  std::string_view rest = package;
  const std::string_view name = take_while(rest, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");
  const bool good_name = !name.empty() && kLettersAndDigits.find(name.front()) != std::string_view::npos &&
                         kLettersAndDigits.find(name.back()) != std::string_view::npos;
  if (!good_name || !take_extras(rest)) return expected;
  while (!rest.empty()) {
    const auto comma = rest.find(',');
    if (!is_version_part(rest.substr(0, comma))) return expected;
    rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
    if (rest.empty() && comma != std::string_view::npos) return expected;
  }
  return "";
}

bool pip_is_pinned(std::string_view package) {
  const auto sign = package.find("==");
  return sign != std::string_view::npos && package.find_first_of("<>~!*,", 0) == std::string_view::npos;
}

/// As pip reads it: the environment before the user's file, that before the host's.
std::string pip_setting(std::string_view key, const char* environment_name) {
  if (auto value = variable(environment_name); !value.empty()) return value;
  const std::string config_home = variable("XDG_CONFIG_HOME");
  const std::string user = config_home.empty() ? in_home(".config/pip/pip.conf") : config_home + "/pip/pip.conf";
  for (const std::string& file : {user, in_home(".pip/pip.conf"), std::string("/etc/pip.conf")}) {
    for (const char* section : {"install", "global"}) {
      if (auto value = file.empty() ? "" : ini_value(file, section, key); !value.empty()) return value;
    }
  }
  return "";
}

// An extra index beside the default one is not read: nobody could say which of the two
// a package comes from.
Result<Registry> pip_configured() {
  Registry registry;
  const std::string index = pip_setting("index-url", "PIP_INDEX_URL");
  const std::string extras = pip_setting("extra-index-url", "PIP_EXTRA_INDEX_URL");
  if (!index.empty()) registry.urls.push_back(index);
  for (std::string_view rest = index.empty() ? "" : extras; !rest.empty();) {
    static_cast<void>(take_while(rest, " \t\n"));
    const std::string_view extra = rest.substr(0, rest.find_first_of(" \t\n"));
    rest.remove_prefix(extra.size());
    if (!extra.empty()) registry.urls.emplace_back(extra);
  }
  for (const auto& url : registry.urls) {
    auto host = host_of(url, false);
    if (!host) return host.error();
    registry.hosts.push_back(*std::move(host));
  }
  registry.cert = pip_setting("cert", "PIP_CERT");
  if (registry.cert.empty()) registry.cert = system_certificates();
  return registry;
}

/// The newest pip-*.whl in a folder; "": none.
std::string bundled_pip(const fs::path& folder) {
  std::string found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("pip-") && name.ends_with(".whl")) found = std::max(found, entry.path().string());
  }
  return found;
}

/// Arguments that start pip: it is installed, or lies there as a wheel to install it from.
Result<std::vector<std::string>> find_pip(const Runtime& runtime) {
  const fs::path prefix = prefix_of(without_links(runtime.interpreter));
  const fs::path library = prefix / "lib" / ("python" + runtime.version);
  std::error_code error;
  for (const fs::path& folder : {library / "site-packages/pip", prefix / "lib/python3/dist-packages/pip"}) {
    if (fs::exists(folder / "__main__.py", error)) return std::vector<std::string>{"-m", "pip"};
  }
  for (const fs::path& folder : {fs::path("/usr/share/python-wheels"), library / "ensurepip/_bundled"}) {
    if (const std::string wheel = bundled_pip(folder); !wheel.empty()) return std::vector<std::string>{wheel + "/pip"};
  }
  return Error{Errc::not_found, "no pip is installed for " + runtime.interpreter + " (on Debian: apt install python3-venv)"};
}

Result<ExecRequest> pip_question(const Runtime& runtime) {
  auto pip = find_pip(runtime);
  if (!pip) return pip.error();
  ExecRequest request;
  request.argv = {runtime.interpreter, "-I", "-c", kQuestion};
  const std::string& wheel = pip->front();
  if (wheel.starts_with('/')) request.argv.push_back(fs::path(wheel).parent_path().string());
  return request;
}

Result<ExecRequest> pip_request(const Runtime& runtime, const Registry& registry, std::span<const std::string> packages) {
  auto pip = find_pip(runtime);
  if (!pip) return pip.error();
  ExecRequest request;
  request.argv = {runtime.interpreter, "-I"};
  request.argv.insert(request.argv.end(), pip->begin(), pip->end());
  request.argv.insert(request.argv.end(), {"install", "--target", "/out", "--only-binary", ":all:", "--no-input", "--no-cache-dir",
                                           "--no-warn-script-location", "--disable-pip-version-check", "--progress-bar", "off",
                                           "--index-url", registry.urls.front()});
  for (std::size_t i = 1; i < registry.urls.size(); ++i) request.argv.insert(request.argv.end(), {"--extra-index-url", registry.urls[i]});
  if (!registry.cert.empty()) request.argv.insert(request.argv.end(), {"--cert", registry.cert});
  request.argv.emplace_back("--");
  request.argv.insert(request.argv.end(), packages.begin(), packages.end());
  request.env = {"PIP_CONFIG_FILE=/dev/null", "PYTHONDONTWRITEBYTECODE=1"};
  return request;
}

}  // namespace

const Installer kPip = {pip_fault, pip_is_pinned, pip_configured, pip_question, pip_request};

}  // namespace code_exec
