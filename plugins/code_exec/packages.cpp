#include "packages.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace code_exec {

using collet::Errc;
using collet::Error;
using collet::ExecRequest;
using collet::Result;

namespace {

constexpr std::uint32_t kDaySeconds = 86'400;
constexpr std::string_view kProxy = "http://127.0.0.1:3128";

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

/// Everything that decides what is installed.
std::string key_of(std::string_view language, const Runtime& runtime, const Registry& registry, std::span<const std::string> packages) {
  std::string key(language);
  for (const auto& part : {runtime.interpreter, runtime.version, listed(registry.urls), listed(packages)}) key += "\n" + part;
  return key;
}

/// The operator's own certificates, which may lie anywhere.
void add_certificates(const std::string& file, std::vector<std::string>& roots) {
  const bool is_shown = std::ranges::any_of(roots, [&](const std::string& root) { return file.starts_with(root + "/"); });
  std::error_code error;
  if (!is_shown && std::filesystem::is_regular_file(file, error)) roots.push_back(file);
}

}  // namespace

std::string listed(std::span<const std::string> packages) {
  std::string text;
  for (const auto& package : packages) text += (text.empty() ? "" : ", ") + package;
  return text;
}

Result<ExecRequest> install_request(const Installer& installer, std::string_view language, const Runtime& runtime,
                                    const Registry& registry, std::vector<std::string> packages) {
  std::ranges::sort(packages);
  const auto twice = std::ranges::unique(packages);
  packages.erase(twice.begin(), twice.end());
  auto request = installer.request(runtime, registry, packages);
  if (!request) return request.error();
  request->hosts = registry.hosts;
  complete_request(runtime, *request);
  add_certificates(registry.cert, request->roots);
  for (const char* name : {"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"}) request->env.push_back(std::string(name) + "=" + std::string(kProxy));
  request->keep.key = key_of(language, runtime, registry, packages);
  request->keep.label = std::string(language) + ": " + listed(packages);
  const bool all_pinned = std::ranges::all_of(packages, installer.is_pinned);
  request->keep.seconds_max = all_pinned ? 0 : kDaySeconds;
  return request;
}

void complete_request(const Runtime& runtime, ExecRequest& request) {
  request.roots = runtime.roots;
  if (std::filesystem::exists("/etc/ssl")) request.roots.emplace_back("/etc/ssl");
  request.env.insert(request.env.end(), {"PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8", "HOME=/work", "TMPDIR=/tmp"});
}

Result<void> take_answer(std::string_view printed, Registry& registry) {
  while (!printed.empty()) {
    const std::string_view line = trimmed(printed.substr(0, printed.find('\n')));
    printed.remove_prefix(std::min(printed.size(), printed.find('\n') == std::string_view::npos ? printed.size() : printed.find('\n') + 1));
    if (line.empty()) continue;
    if (line.starts_with('/')) {
      registry.cert = line;
      continue;
    }
    if (line.find("//") == std::string_view::npos) {
      registry.hosts.emplace_back(line);
      continue;
    }
    const bool is_default = !line.starts_with('!');
    const std::string_view url = line.substr(is_default ? 0 : 1);
    auto host = host_of(url, is_default);
    if (!host) return host.error();
    registry.urls.emplace_back(url);
    registry.hosts.push_back(*std::move(host));
  }
  if (registry.urls.empty()) return Error{Errc::invalid, "the package client told no index"};
  return {};
}

Result<std::string> host_of(std::string_view url, bool is_default) {
  constexpr std::string_view kScheme = "https://";
  const Error bad{Errc::invalid, "the package index \"" + std::string(url) + "\" is no https:// URL; boxes reach nothing else"};
  if (!url.starts_with(kScheme)) return bad;
  std::string_view rest = url.substr(kScheme.size());
  rest = rest.substr(0, rest.find_first_of("/?#"));
  if (const auto at = rest.rfind('@'); at != std::string_view::npos) rest.remove_prefix(at + 1);
  if (rest.empty()) return bad;
  const auto bracket = rest.rfind(']');
  const auto colon = rest.find(':', bracket == std::string_view::npos ? 0 : bracket);
  const std::string host = colon == std::string_view::npos ? std::string(rest) + ":443" : std::string(rest);
  return (is_default ? "" : "!") + host;
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string in_home(std::string_view path) {
  const std::string home = variable("HOME");
  return home.empty() ? "" : home + "/" + std::string(path);
}

std::string ini_value(const std::string& file, std::string_view section, std::string_view key) {
  std::ifstream in(file);
  std::string current, line;
  while (std::getline(in, line)) {
    const std::string_view text = trimmed(line);
    if (text.starts_with('[') && text.ends_with(']')) current = text.substr(1, text.size() - 2);
    const auto equals = text.find('=');
    if (current != section || equals == std::string_view::npos || text.starts_with('#') || text.starts_with(';')) continue;
    if (trimmed(text.substr(0, equals)) == key) return std::string(trimmed(text.substr(equals + 1)));
  }
  return "";
}

std::string system_certificates() {
  for (const char* file : {"/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/cert.pem"}) {
    if (std::filesystem::exists(file)) return file;
  }
  return "";
}

std::string_view take_while(std::string_view& text, std::string_view characters) {
  const std::string_view taken = text.substr(0, text.find_first_not_of(characters));
  text.remove_prefix(taken.size());
  return taken;
}

}  // namespace code_exec
