// Node packages, by npm: without their scripts, so that nothing of a package runs
// before it is in the box of the program that asked for it.
#include <algorithm>
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

constexpr std::size_t kPackageBytesMax = 214;
constexpr std::string_view kNameCharacters = "abcdefghijklmnopqrstuvwxyz0123456789._-";

bool take_name(std::string_view& text) {
  const std::string_view name = take_while(text, kNameCharacters);
  return !name.empty() && kLowerAndDigits.find(name.front()) != std::string_view::npos;
}

std::string npm_fault(std::string_view package) {
  const std::string expected = "expected a name as in \"lodash\", \"lodash@4.17.21\", \"lodash@^4\" or \"@scope/name\"";
  if (package.size() > kPackageBytesMax) return "is longer than " + std::to_string(kPackageBytesMax) + " characters; " + expected;
  std::string_view rest = package;
  if (rest.starts_with('@')) {
    rest.remove_prefix(1);
    if (!take_name(rest) || !rest.starts_with('/')) return expected;
    rest.remove_prefix(1);
  }
  if (!take_name(rest)) return expected;
  if (rest.empty()) return "";
  if (!rest.starts_with('@')) return expected;
  rest.remove_prefix(1);
  static_cast<void>(take_while(rest, "^~<>="));
  const std::string_view version = take_while(rest, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.*+-");
  return version.empty() || version.front() == '-' || !rest.empty() ? expected : "";
}

/// Behind the name stands a whole version, and nothing but.
bool npm_is_pinned(std::string_view package) {
  const auto at = package.find('@', 1);
  if (at == std::string_view::npos) return false;
  const std::string_view version = package.substr(at + 1);
  return std::ranges::count(version.substr(0, version.find('-')), '.') == 2 && version.find_first_of("^~<>=*xX") == std::string_view::npos;
}

std::string npm_setting(std::string_view key, const char* environment_name) {
  if (auto value = variable(environment_name); !value.empty()) return value;
  for (const std::string& file : {in_home(".npmrc"), std::string("/etc/npmrc"), std::string("/usr/etc/npmrc")}) {
    if (auto value = file.empty() ? "" : ini_value(file, "", key); !value.empty()) return value;
  }
  return "";
}

Result<Registry> npm_configured() {
  Registry registry;
  if (const std::string url = npm_setting("registry", "npm_config_registry"); !url.empty()) {
    auto host = host_of(url, false);
    if (!host) return host.error();
    registry.urls.push_back(url);
    registry.hosts.push_back(*std::move(host));
  }
  registry.cert = npm_setting("cafile", "npm_config_cafile");
  if (registry.cert.empty()) registry.cert = system_certificates();
  return registry;
}

/// npm as its own program, so that no launcher script is needed.
std::string find_npm(const Runtime& runtime) {
  const fs::path prefix = prefix_of(without_links(runtime.interpreter));
  std::error_code error;
  for (const fs::path& file : {prefix / "lib/node_modules/npm/bin/npm-cli.js", fs::path("/usr/lib/node_modules/npm/bin/npm-cli.js"),
                               fs::path("/usr/share/nodejs/npm/bin/npm-cli.js"), fs::path("/usr/local/lib/node_modules/npm/bin/npm-cli.js")}) {
    if (fs::exists(file, error)) return file.string();
  }
  return "";
}

Error no_npm(const Runtime& runtime) {
  return {Errc::not_found, "no npm is installed for " + runtime.interpreter + " (on Debian: apt install npm)"};
}

Result<ExecRequest> npm_question(const Runtime& runtime) {
  const std::string npm = find_npm(runtime);
  if (npm.empty()) return no_npm(runtime);
  ExecRequest request;
  request.argv = {runtime.interpreter, npm, "config", "get", "registry", "--userconfig", "/dev/null"};
  return request;
}

Result<ExecRequest> npm_request(const Runtime& runtime, const Registry& registry, std::span<const std::string> packages) {
  const std::string npm = find_npm(runtime);
  if (npm.empty()) return no_npm(runtime);
  ExecRequest request;
  request.argv = {runtime.interpreter, npm, "install", "--prefix", "/out", "--ignore-scripts", "--no-audit", "--no-fund",
                  "--no-update-notifier", "--no-package-lock", "--no-save", "--loglevel", "error", "--cache", "/tmp/npm",
                  "--userconfig", "/dev/null", "--registry", registry.urls.front()};
  if (!registry.cert.empty()) request.argv.insert(request.argv.end(), {"--cafile", registry.cert});
  request.argv.emplace_back("--");
  request.argv.insert(request.argv.end(), packages.begin(), packages.end());
  return request;
}

}  // namespace

const Installer kNpm = {npm_fault, npm_is_pinned, npm_configured, npm_question, npm_request};

}  // namespace code_exec
