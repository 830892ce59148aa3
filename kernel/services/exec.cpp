// collet.exec/1: from the C request to a box and back.
#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>

#include "base/log.hpp"
#include "collet/sized.hpp"
#include "sandbox/sandbox.hpp"
#include "services/origin.hpp"
#include "services/services.hpp"
#include "services/tables.hpp"

namespace collet::services {
namespace {

constexpr std::uint32_t kTextsMax = 1024;  ///< argv, env, roots: entries each.
constexpr std::uint32_t kInputsMax = 8;

/// A run on its way to the call's thread.
struct Job {
  std::shared_ptr<Services> services;
  std::shared_ptr<Scope> scope;
  sandbox::BoxSpec spec;
  bool live_output = false;
  collet_exec_done_fn done = nullptr;
  void* user = nullptr;
};

Error bad(std::string message) { return {Errc::invalid, std::move(message)}; }

/// What the request asks for must be done or refused, never left out in silence.
Result<void> check_known(const collet_exec_request& request) {
  constexpr std::uint32_t kKnown = COLLET_EXEC_APP_ROOT | COLLET_EXEC_APP_ENV | COLLET_EXEC_LIVE_OUTPUT |
                                   COLLET_EXEC_APP_SCRATCH;
  if ((request.flags & ~kKnown) != 0) {
    return Error{Errc::unavailable, "flag bits " + std::to_string(request.flags & ~kKnown) + " are unknown to this version"};
  }
  for (std::uint32_t i = 0; i < request.input_count; ++i) {
    const std::uint32_t unknown = request.inputs[i].flags & ~COLLET_EXEC_INPUT_LATE;
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
    out.push_back({input.fd, std::string(to_view(input.data)), is_late});
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
  if ((request.flags & (COLLET_EXEC_APP_ROOT | COLLET_EXEC_APP_ENV)) == 0) return {};
  const auto facts = scope.facts();
  const auto app = services.apps.find(std::string(facts.app));
  if (app == services.apps.end()) return bad("the call has no target app");
  if ((request.flags & COLLET_EXEC_APP_ROOT) != 0) add_app_root(app->second, scratch, spec);
  if ((request.flags & COLLET_EXEC_APP_ENV) == 0) return {};
  if ((facts.effects & COLLET_EFFECT_SECRETS) == 0) return Error{Errc::denied, "the tool's effects do not name SECRETS"};
  add_config_vars(app->second.config_vars, spec.env);
  return {};
}

Result<sandbox::BoxSpec> read_request(const collet_exec_request& request, const Services& services,
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

void report(const Job& job, const sandbox::BoxResult& box) {
  collet_exec_result out = {};
  out.struct_size = sizeof(out);
  out.outcome = static_cast<std::int32_t>(box.outcome);
  out.returncode = box.returncode;
  out.signal = box.signal;
  out.stdout_text = to_str(box.stdout_text);
  out.stderr_text = to_str(box.stderr_text);
  out.captured = to_str(box.captured);
  out.message = to_str(box.message);
  out.wall_us = box.wall_us;
  out.cpu_us = box.cpu_us;
  out.max_rss_bytes = box.max_rss_bytes;
  out.stdout_omitted_bytes = box.stdout_omitted_bytes;
  out.stderr_omitted_bytes = box.stderr_omitted_bytes;
  job.done(job.user, &out);
}

void report_unstarted(const Job& job, sandbox::Outcome outcome, int returncode, std::string message) {
  sandbox::BoxResult box;
  box.outcome = outcome;
  box.returncode = returncode;
  box.message = std::move(message);
  report(job, box);
}

void begin(Job job) {
  base::CancelToken gone = job.scope->gone();
  const std::int64_t left_ms = job.scope->remaining_ms();
  if (gone.cancelled()) return report_unstarted(job, sandbox::Outcome::cancelled, -1, gone.reason().message);
  if (job.scope->over()) return report_unstarted(job, sandbox::Outcome::cancelled, -1, "the call is over");
  if (left_ms <= 0) return report_unstarted(job, sandbox::Outcome::timeout, -2, "the time limit passed before the program was started");
  // The box keeps the time itself, so that its partial output comes back.
  job.spec.timeout_ms = job.spec.timeout_ms > 0 ? std::min(job.spec.timeout_ms, left_ms) : left_ms;
  sandbox::OutputFn output;
  if (job.live_output) {
    output = [scope = job.scope](int stream, std::string_view piece) {
      scope->output(stream == 2 ? COLLET_PROGRESS_STDERR : COLLET_PROGRESS_STDOUT, piece);
    };
  }
  auto& io = job.scope->io();
  auto& sandbox = job.services->sandbox;
  sandbox::BoxSpec spec = std::move(job.spec);
  sandbox.run(io, std::move(spec), std::move(output),
              [job = std::move(job)](sandbox::BoxResult box) { report(job, box); }, std::move(gone));
}

collet_status run(collet_call call, const collet_exec_request* given, collet_exec_done_fn done,
                  void* user) noexcept {
  if (call.id == 0 || !is_whole(given) || done == nullptr) return COLLET_E_INVALID;
  std::shared_ptr<Scope> scope;
  const collet_status allowed = authorize(call, 0, scope);
  if (allowed != COLLET_OK) return allowed;
  if ((scope->facts().effects & (COLLET_EFFECT_RUNS_CODE | COLLET_EFFECT_RUNS_PROGRAMS)) == 0) return COLLET_E_DENIED;
  const Origin& origin = origin_of(call);
  const collet_exec_request request = read_struct(given);
  auto spec = read_request(request, *origin.services, *scope);
  if (!spec) {
    base::log_warn("a plugin asked for a program that cannot be run",
                   {{"plugin", origin.plugin_id}, {"why", spec.error().message}});
    return static_cast<collet_status>(spec.error().code);
  }
  Job job{origin.services, scope, std::move(spec).value(),
          (request.flags & COLLET_EXEC_LIVE_OUTPUT) != 0, done, user};
  boost::asio::post(scope->io(), [job = std::move(job)]() mutable { begin(std::move(job)); });
  return COLLET_PENDING;
}

collet_status runtime(collet_call call, collet_str language, collet_text_fn found, void* user) noexcept {
  if (call.host == nullptr) return COLLET_E_INVALID;
  const auto& runtimes = origin_of(call).services->sandbox_settings.runtimes;
  const auto row = runtimes.find(std::string(to_view(language)));
  if (row == runtimes.end() || row->second.empty()) return COLLET_E_NOT_FOUND;
  JsonWriter writer;
  writer.begin_object().member("interpreter", row->second.front()).key("roots").begin_array();
  for (std::size_t i = 1; i < row->second.size(); ++i) writer.string(row->second[i]);
  writer.end_array().end_object();
  found(user, to_str(writer.text()));
  return COLLET_OK;
}

}  // namespace

const collet_exec kExecTable = {sizeof(collet_exec), 0, &run, &runtime};

}  // namespace collet::services
