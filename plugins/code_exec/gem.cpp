// Ruby packages, by gem. What is to be compiled is compiled in the box that installs,
// which reaches the index and nothing else.
#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>

#include "bootstrap.hpp"
#include "packages.hpp"

namespace code_exec {
namespace {

using collet::ExecRequest;
using collet::Result;

constexpr std::size_t kPackageBytesMax = 200;
constexpr int kFirstFd = 3;
constexpr std::size_t kFilesMax = 7;  // descriptors 3..9

std::string_view without_spaces(std::string_view text) {
  static_cast<void>(take_while(text, " "));
  return text;
}

/// `1.2`, `~> 1.2`, `>=1.2.rc1`; what a version may be is for gem to say.
bool is_requirement(std::string_view text) {
  const std::string_view sign = take_while(text, "=<>!~");
  constexpr std::array<std::string_view, 8> kSigns = {"", "=", "!=", ">", "<", ">=", "<=", "~>"};
  if (std::ranges::find(kSigns, sign) == kSigns.end()) return false;
  text = without_spaces(text);
  const bool is_number = !text.empty() && text.front() >= '0' && text.front() <= '9';
  static_cast<void>(take_while(text, std::string(kLettersAndDigits) + ".-"));
  return is_number && text.empty();
}

std::string gem_fault(std::string_view package) {
  const std::string expected = "expected a name as in \"nokogiri\", \"rake:13.0.6\" or \"rack:~> 3.0\"";
  if (package.size() > kPackageBytesMax) return "is longer than " + std::to_string(kPackageBytesMax) + " characters; " + expected;
  const auto colon = package.find(':');
  std::string_view name = package.substr(0, colon);
  const bool begins_well = !name.empty() && kLettersAndDigits.find(name.front()) != std::string_view::npos;
  static_cast<void>(take_while(name, std::string(kLettersAndDigits) + "._-"));
  const bool good_version = colon == std::string_view::npos || is_requirement(package.substr(colon + 1));
  return begins_well && name.empty() && good_version ? "" : expected;
}

bool gem_is_pinned(std::string_view package) {
  const auto colon = package.find(':');
  return colon != std::string_view::npos && package.find_first_of("<>!~", colon) == std::string_view::npos;
}

/// As gem reads them, the strongest last. They are YAML, so gem itself reads them, in a box.
std::vector<std::string> configuration_files() {
  std::vector<std::string> files = {"/etc/gemrc"};
  const std::string named = variable("GEMRC");
  if (named.empty()) {
    const std::string config_home = variable("XDG_CONFIG_HOME");
    files.push_back(config_home.empty() ? in_home(".config/gem/gemrc") : config_home + "/gem/gemrc");
    files.push_back(in_home(".gemrc"));
  }
  for (std::string_view rest = named; !rest.empty();) {
    const std::string_view file = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(rest.size(), file.size() + 1));
    if (!file.empty()) files.emplace_back(file);
  }
  files.resize(std::min(files.size(), kFilesMax));
  return files;
}

/// The client says it all; see gem_question().
Result<Registry> gem_configured() {
  Registry registry;
  registry.cert = system_certificates();
  return registry;
}

Result<ExecRequest> gem_question(const Runtime& runtime) {
  ExecRequest request;
  request.argv = {runtime.interpreter, "-e", kGemQuestion};
  int fd = kFirstFd;
  for (const auto& file : configuration_files()) {
    std::ifstream in(file, std::ios::binary);
    if (!in) continue;
    request.inputs.push_back({fd, std::string(std::istreambuf_iterator<char>(in), {})});
    request.argv.push_back(std::to_string(fd++));
  }
  return request;
}

Result<ExecRequest> gem_request(const Runtime& runtime, const Registry& registry, std::span<const std::string> packages) {
  ExecRequest request;
  request.argv = {runtime.interpreter, "-e", kGemInstall, "install", "--norc", "--no-document", "--install-dir", "/out", "--remote", "--clear-sources"};
  for (const auto& url : registry.urls) request.argv.insert(request.argv.end(), {"--source", url});
  request.argv.insert(request.argv.end(), packages.begin(), packages.end());
  // What is installed on this host is not what the program's box has.
  request.env = {"GEM_HOME=/out", "GEM_PATH=/out"};
  if (!registry.cert.empty()) request.env.push_back("SSL_CERT_FILE=" + registry.cert);
  return request;
}

}  // namespace

const Installer kGem = {gem_fault, gem_is_pinned, gem_configured, gem_question, gem_request};

}  // namespace code_exec
