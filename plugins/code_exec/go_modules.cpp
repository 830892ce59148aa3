// Go modules, by the go command: from module proxies alone, so that no tool for version
// control runs, and checked against the checksum database.
#include <algorithm>
#include <array>

#include "bootstrap.hpp"
#include "packages.hpp"

namespace code_exec {
namespace {

using collet::Errc;
using collet::Error;
using collet::ExecRequest;
using collet::Result;

constexpr std::size_t kModuleBytesMax = 200;
constexpr std::array kSettings = {"GOPROXY", "GOSUMDB", "GONOSUMDB", "GOPRIVATE"};

bool is_element(std::string_view text) {
  const bool has_ends = !text.empty() && text.front() != '-' && text.front() != '.' && text.back() != '.';
  static_cast<void>(take_while(text, std::string(kLettersAndDigits) + "-._~"));
  return has_ends && text.empty();
}

/// `example.com/a/b`
bool is_path(std::string_view text) {
  if (text.substr(0, text.find('/')).find('.') == std::string_view::npos) return false;
  while (true) {
    const auto slash = text.find('/');
    if (!is_element(text.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    text.remove_prefix(slash + 1);
  }
}

bool is_version(std::string_view text) {
  if (text.empty() || kLettersAndDigits.find(text.front()) == std::string_view::npos) return false;
  static_cast<void>(take_while(text, std::string(kLettersAndDigits) + ".+_-"));
  return text.empty();
}

std::string module_fault(std::string_view package) {
  const std::string expected = "expected a module as in \"github.com/google/uuid\" or \"golang.org/x/text@v0.14.0\"";
  if (package.size() > kModuleBytesMax) return "is longer than " + std::to_string(kModuleBytesMax) + " characters; " + expected;
  const auto at = package.find('@');
  const bool good = is_path(package.substr(0, at)) && (at == std::string_view::npos || is_version(package.substr(at + 1)));
  return good ? "" : expected;
}

bool module_is_pinned(std::string_view package) {
  const auto at = package.find('@');
  if (at == std::string_view::npos) return false;
  const std::string_view version = package.substr(at + 1);
  return version.starts_with('v') && std::ranges::count(version.substr(0, version.find_first_of("-+")), '.') == 2;
}

/// As the go command reads it: the environment before the user's file. What the
/// toolchain itself says comes with the answer to the question.
std::string go_setting(const char* name) {
  if (auto value = variable(name); !value.empty()) return value;
  std::string file = variable("GOENV");
  if (file.empty()) file = variable("XDG_CONFIG_HOME").empty() ? in_home(".config/go/env") : variable("XDG_CONFIG_HOME") + "/go/env";
  return file == "off" || file.empty() ? "" : ini_value(file, "", name);
}

/// Of the go command in a box: the operator's settings, and no way around the proxy.
std::vector<std::string> go_environment() {
  std::vector<std::string> env = {"GOENV=off", "GOTOOLCHAIN=local", "GOFLAGS=-mod=mod -modcacherw", "GOVCS=*:off", "CGO_ENABLED=0"};
  for (const char* name : kSettings) {
    if (const std::string value = go_setting(name); !value.empty()) env.push_back(std::string(name) + "=" + value);
  }
  return env;
}

/// What the operator named may have a private address; the URLs come with the answer.
Result<Registry> go_configured() {
  Registry registry;
  const std::string proxies = go_setting("GOPROXY");
  for (std::string_view rest = proxies; !rest.empty();) {
    const std::string_view proxy = rest.substr(0, rest.find_first_of(",|"));
    rest.remove_prefix(std::min(rest.size(), proxy.size() + 1));
    if (proxy == "direct" || proxy == "off" || proxy.empty()) continue;
    auto host = host_of(proxy, false);
    if (!host) return host.error();
    registry.hosts.push_back(*std::move(host));
  }
  registry.cert = system_certificates();
  return registry;
}

ExecRequest script_request(const Runtime& runtime, const char* script) {
  ExecRequest request;
  request.argv = {"/bin/sh", "-c", script, "sh", runtime.interpreter};
  request.env = go_environment();
  return request;
}

Result<ExecRequest> go_question(const Runtime& runtime) { return script_request(runtime, kGoQuestion); }

Result<ExecRequest> go_request(const Runtime& runtime, const Registry& registry, std::span<const std::string> packages) {
  ExecRequest request = script_request(runtime, kGoModules);
  request.argv.insert(request.argv.end(), packages.begin(), packages.end());
  std::string proxies;
  for (const auto& url : registry.urls) proxies += (proxies.empty() ? "" : ",") + url;
  std::erase_if(request.env, [](const std::string& entry) { return entry.starts_with("GOPROXY="); });
  request.env.insert(request.env.end(), {"GOPROXY=" + proxies, "GONOPROXY=none"});
  if (!registry.cert.empty()) request.env.push_back("SSL_CERT_FILE=" + registry.cert);
  return request;
}

}  // namespace

const Installer kGoInstaller = {module_fault, module_is_pinned, go_configured, go_question, go_request};

}  // namespace code_exec
