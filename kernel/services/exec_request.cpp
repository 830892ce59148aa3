// What a plugin asks for, checked and copied.
#include <algorithm>
#include <charconv>
#include <utility>

#include "base/ids.hpp"
#include "base/text.hpp"
#include "collet/sized.hpp"
#include "services/exec_job.hpp"

namespace collet::services {
namespace {

constexpr std::uint32_t kTextsMax = 1024;  ///< argv, env, roots: entries each.
constexpr std::uint32_t kInputsMax = 8;

constexpr std::uint32_t kHostsMax = 64;
constexpr std::size_t kLabelBytesMax = 1024;
constexpr std::size_t kSessionBytesMax = 128;
constexpr std::size_t kKeyBytesShown = 200;
constexpr std::size_t kKeyDigits = 40;
constexpr const char* kWayOut = "http://127.0.0.1:3128";  ///< Where a box's listener is; see net/gate.
constexpr std::int64_t kMemoryToMake = 512ll << 20;

Error bad(std::string message) { return {Errc::invalid, std::move(message)}; }

/// What the request asks for must be done or refused, never left out in silence.
Result<void> check_known(const collet_exec_request& request) {
  constexpr std::uint32_t kKnown = COLLET_EXEC_APP_ROOT | COLLET_EXEC_APP_ENV | COLLET_EXEC_LIVE_OUTPUT |
                                   COLLET_EXEC_APP_SCRATCH | COLLET_EXEC_FILES | COLLET_EXEC_APP_NETWORK | COLLET_EXEC_SESSION;
  if ((request.flags & ~kKnown) != 0) {
    return Error{Errc::unavailable, "flag bits " + std::to_string(request.flags & ~kKnown) + " are unknown to this version"};
  }
  for (std::uint32_t i = 0; i < request.input_count; ++i) {
    const std::uint32_t unknown = request.inputs[i].flags & ~(COLLET_EXEC_INPUT_LATE | COLLET_EXEC_INPUT_FORK);
    if (unknown == 0) continue;
    return Error{Errc::unavailable, "inputs[" + std::to_string(i) + "]: flag bits " + std::to_string(unknown) + " are unknown to this version"};
  }
  return {};
}

Result<std::vector<std::string>> read_texts(const collet_str* texts, std::uint32_t count, const char* what) {
  if (count > kTextsMax) return bad(std::string(what) + " has more than " + std::to_string(kTextsMax) + " entries");
  std::vector<std::string> out;
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto text = to_view(texts[i]);
    if (text.find('\0') != std::string_view::npos) return bad(std::string(what) + " holds a NUL byte");
    out.emplace_back(text);
  }
  return out;
}

bool is_box_fd(std::int32_t fd) { return fd == 0 || (fd >= 3 && fd <= 9); }

Result<std::vector<sandbox::BoxInput>> read_inputs(const collet_exec_request& request, std::int64_t bytes_max) {
  if (request.input_count > kInputsMax) return bad("more than " + std::to_string(kInputsMax) + " inputs");
  std::vector<sandbox::BoxInput> out;
  std::int64_t bytes = 0;
  for (std::uint32_t i = 0; i < request.input_count; ++i) {
    const auto& input = request.inputs[i];
    const bool taken = std::ranges::any_of(out, [&](const auto& other) { return other.fd == input.fd; });
    if (!is_box_fd(input.fd) || taken) return bad("input descriptor " + std::to_string(input.fd) + " is out of range or taken");
    bytes += static_cast<std::int64_t>(input.data.len);
    if (bytes > bytes_max) return bad("inputs are longer than sandbox.input_bytes_max = " + std::to_string(bytes_max));
    const bool is_late = (input.flags & COLLET_EXEC_INPUT_LATE) != 0;
    if (is_late && std::ranges::any_of(out, &sandbox::BoxInput::late)) return bad("more than one input is late");
    const bool may_fork = (input.flags & COLLET_EXEC_INPUT_FORK) != 0;
    if (may_fork && !is_late) return bad("an input with FORK must be LATE");
    out.push_back({input.fd, std::string(to_view(input.data)), is_late, may_fork});
  }
  return out;
}

/// Config vars replace what the tool has set under their name: they are the operator's.
void add_config_vars(const std::map<std::string, std::string>& vars, std::vector<std::string>& env) {
  std::erase_if(env, [&](const std::string& entry) { return vars.contains(entry.substr(0, entry.find('='))); });
  for (const auto& [name, value] : vars) env.push_back(name + "=" + value);
}

void add_app_root(const config::AppSettings& app, bool scratch, sandbox::BoxSpec& spec) {
  spec.app_root = app.root;
  spec.app_scratch = scratch && !app.root.empty();
  for (const auto& root : app.roots) {
    if (std::ranges::find(spec.roots, root) == spec.roots.end()) spec.roots.push_back(root);
  }
}

Result<void> add_app(const collet_exec_request& request, const Services& services, const Scope& scope,
                     sandbox::BoxSpec& spec) {
  const bool scratch = (request.flags & COLLET_EXEC_APP_SCRATCH) != 0;
  if (scratch && (request.flags & COLLET_EXEC_APP_ROOT) == 0) return bad("APP_SCRATCH goes with APP_ROOT only");
  if ((request.flags & (COLLET_EXEC_APP_ROOT | COLLET_EXEC_APP_ENV | COLLET_EXEC_APP_NETWORK)) == 0) return {};
  const auto facts = scope.facts();
  const auto app = services.apps.find(std::string(facts.app));
  if (app == services.apps.end()) return bad("the call has no target app");
  if ((request.flags & COLLET_EXEC_APP_ROOT) != 0) add_app_root(app->second, scratch, spec);
  if ((request.flags & COLLET_EXEC_APP_ENV) == 0) return {};
  if ((facts.effects & COLLET_EFFECT_SECRETS) == 0) return Error{Errc::denied, "the tool's effects do not name SECRETS"};
  add_config_vars(app->second.config_vars, spec.env);
  return {};
}

Result<sandbox::BoxSpec> read_spec(const collet_exec_request& request, const Services& services,
                                      const Scope& scope) {
  sandbox::BoxSpec spec;
  auto argv = read_texts(request.argv, request.argv_count, "argv");
  if (!argv) return argv.error();
  if (argv->empty() || !argv->front().starts_with('/')) return bad("argv[0] must be an absolute path");
  auto env = read_texts(request.env, request.env_count, "env");
  if (!env) return env.error();
  auto roots = read_texts(request.roots, request.root_count, "roots");
  if (!roots) return roots.error();
  auto inputs = read_inputs(request, services.sandbox_settings.input_bytes_max);
  if (!inputs) return inputs.error();
  if (auto known = check_known(request); !known) return known.error();
  if (request.capture_fd != 0 && !is_box_fd(request.capture_fd)) return bad("capture_fd must be 0 or 3..9");
  spec.argv = std::move(argv).value();
  spec.env = std::move(env).value();
  spec.roots = std::move(roots).value();
  spec.inputs = std::move(inputs).value();
  spec.capture_fd = request.capture_fd;
  spec.timeout_ms = request.timeout_ms;
  const auto size = services.sizes.find(std::string(scope.facts().size));
  if (size != services.sizes.end()) spec.size = size->second;
  if (auto added = add_app(request, services, scope, spec); !added) return added.error();
  return spec;
}

// A folder's name, whatever the plugin wrote.
std::string own_key(const Origin& origin, std::string_view key) {
  return origin.plugin_id + "--" + base::sha256_hex(key).substr(0, kKeyDigits);
}

Result<std::optional<ExecKeep>> read_keep(const collet_exec_request& request, const Origin& origin) {
  if (request.keep == nullptr) return std::optional<ExecKeep>();
  if (!is_whole(request.keep)) return bad("keep: struct_size is too small");
  const collet_exec_keep keep = read_struct(request.keep);
  const std::int64_t bytes_max = origin.services->sandbox_settings.input_bytes_max;
  if (keep.key.len == 0 || std::cmp_greater(keep.key.len, bytes_max)) {
    return bad("keep.key must have 1.." + std::to_string(bytes_max) + " bytes (sandbox.input_bytes_max)");
  }
  if (keep.label.len > kLabelBytesMax) return bad("keep.label is longer than 1024 bytes");
  return std::optional<ExecKeep>({own_key(origin, to_view(keep.key)), std::string(to_view(keep.label)), keep.seconds_max});
}

Result<void> add_trees(const collet_exec_request& request, const Origin& origin, ExecJob& job) {
  if (request.tree_count > job.spec.trees.size()) return bad("more than 2 trees");
  for (std::uint32_t i = 0; i < request.tree_count; ++i) {
    const auto key = to_view(request.trees[i]);
    if (key.empty()) continue;
    auto tree = job.services->trees.find(own_key(origin, key));
    if (!tree) return Error{Errc::not_found, "nothing is kept under " + std::string(key.substr(0, kKeyBytesShown))};
    job.spec.trees[i] = tree->folder;
    job.spec.holds.push_back(std::move(tree));
  }
  return {};
}

Result<void> add_session(const collet_exec_request& request, const Origin& origin, const Scope& scope, ExecJob& job) {
  if ((request.flags & COLLET_EXEC_SESSION) == 0) return {};
  if (job.keep) return bad("SESSION and keep do not go together");
  if (request.session.len > kSessionBytesMax) return bad("session has more than 128 bytes");
  const auto facts = scope.facts();
  job.session = SessionName{origin.instance, std::string(facts.caller), std::string(to_view(request.session)), facts.run};
  return {};
}

Result<base::GateHost> read_host(std::string_view text) {
  base::GateHost host;
  host.may_be_private = text.starts_with('!');
  if (host.may_be_private) text.remove_prefix(1);
  const std::size_t colon = text.rfind(':');
  const std::string_view port = colon == std::string_view::npos ? "" : text.substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), host.port);
  if (colon == 0 || error != std::errc() || end != port.data() + port.size() || host.port == 0) {
    return bad("hosts: \"" + std::string(text) + "\" is not HOST:PORT");
  }
  host.host = base::to_lower(text.substr(0, colon));
  return host;
}

// What is kept lies in the box's memory until it is copied, and takes room to make.
void make_room_to_keep(const config::SandboxSettings& settings, config::SizeSettings& size) {
  size.disk_bytes = std::max(size.disk_bytes, settings.tree_bytes_max);
  size.memory_bytes = std::max(size.memory_bytes, settings.tree_bytes_max + kMemoryToMake);
}

/// The operator named them, so they may have private addresses.
Result<void> add_app_hosts(const Scope& scope, ExecJob& job) {
  const auto& network = job.services->apps.at(std::string(scope.facts().app)).network;
  for (const auto& entry : network) {
    auto host = read_host(entry);
    if (!host) return host.error();
    host->may_be_private = true;
    job.hosts.push_back(std::move(*host));
  }
  auto& env = job.spec.env;
  for (const std::string name : {"HTTPS_PROXY=", "https_proxy="}) {
    const bool is_set = std::ranges::any_of(env, [&](const std::string& entry) { return entry.starts_with(name); });
    if (!network.empty() && !is_set) env.push_back(name + kWayOut);
  }
  return {};
}

Result<void> add_hosts(const collet_exec_request& request, const Scope& scope, ExecJob& job) {
  const bool wants_apps = (request.flags & COLLET_EXEC_APP_NETWORK) != 0;
  if (request.host_count == 0 && !wants_apps) return {};
  if (request.host_count > kHostsMax) return bad("more than 64 hosts");
  if ((scope.facts().effects & COLLET_EFFECT_NETWORK) == 0) return Error{Errc::denied, "the tool's effects do not name NETWORK"};
  for (std::uint32_t i = 0; i < request.host_count; ++i) {
    auto host = read_host(to_view(request.hosts[i]));
    if (!host) return host.error();
    job.hosts.push_back(std::move(*host));
  }
  if (wants_apps) {
    if (auto added = add_app_hosts(scope, job); !added) return added.error();
  }
  if (!job.hosts.empty() && !job.services->open_gate) return Error{Errc::unavailable, "this host gives boxes no way out"};
  return {};
}

}  // namespace

Result<ExecJob> read_exec_request(const collet_exec_request& request, const Origin& origin, std::shared_ptr<Scope> scope) {
  ExecJob job;
  job.services = origin.services;
  auto spec = read_spec(request, *origin.services, *scope);
  if (!spec) return spec.error();
  job.spec = std::move(*spec);
  auto keep = read_keep(request, origin);
  if (!keep) return keep.error();
  job.keep = std::move(*keep);
  if (auto added = add_trees(request, origin, job); !added) return added.error();
  if (auto added = add_hosts(request, *scope, job); !added) return added.error();
  if (auto added = add_session(request, origin, *scope, job); !added) return added.error();
  job.live_output = (request.flags & COLLET_EXEC_LIVE_OUTPUT) != 0;
  job.wants_files = (request.flags & COLLET_EXEC_FILES) != 0;
  if (job.wants_files && job.keep) return bad("FILES and keep both want /out");
  job.spec.has_out_folder = job.wants_files || job.keep;
  if (job.keep) make_room_to_keep(job.services->sandbox_settings, job.spec.size);
  job.scope = std::move(scope);
  return job;
}

}  // namespace collet::services
