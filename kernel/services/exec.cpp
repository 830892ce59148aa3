// collet.exec/1: from the C request to a box and back.
#include <utility>

#include <boost/asio/post.hpp>

#include "base/log.hpp"
#include "collet/sized.hpp"
#include "services/exec_job.hpp"
#include "services/tables.hpp"

namespace collet::services {

void report(const ExecJob& job, const sandbox::BoxResult& box, const ExecFiles& files) {
  std::vector<collet_exec_file> views;
  for (const auto& file : files.files) views.push_back({to_str(file.name), to_str(file.data)});
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
  out.files = views.data();
  out.file_count = static_cast<std::uint32_t>(views.size());
  out.files_skipped = files.skipped;
  out.first_skipped = to_str(files.first_skipped);
  if (box.work_was_new) out.session = *box.work_was_new ? COLLET_EXEC_SESSION_NEW : COLLET_EXEC_SESSION_CONTINUED;
  job.done(job.user, &out);
}

void report_unstarted(const ExecJob& job, sandbox::Outcome outcome, int returncode, std::string message) {
  sandbox::BoxResult box;
  box.outcome = outcome;
  box.returncode = returncode;
  box.message = std::move(message);
  report(job, box);
}

namespace {

// The gate is answered as long as the box's own spec lives.
sandbox::GateFn answer_gate(const ExecJob& job) {
  auto gate = std::make_shared<std::unique_ptr<base::Gate>>();
  return [gate, services = job.services, scope = job.scope, hosts = job.hosts](sandbox::UniqueFd listener) {
    const auto record = [scope](const base::EgressDecision& decision) { record_egress(*scope, decision); };
    base::GateRules rules;
    rules.hosts = hosts;
    *gate = services->open_gate(scope->io(), listener.release(), std::move(rules), record);
  };
}

}  // namespace

// The box keeps the time itself, so that its partial output comes back.
void run_in_box(const std::shared_ptr<ExecJob>& job, std::function<void(sandbox::BoxResult)> done) {
  sandbox::BoxSpec spec = std::move(job->spec);  // a job runs once
  spec.timeout_ms = limited_ms(*job->scope, spec.timeout_ms);
  if (!job->hosts.empty()) spec.gate = answer_gate(*job);
  sandbox::OutputFn output;
  if (job->live_output) {
    output = [scope = job->scope](int stream, std::string_view piece) {
      scope->output(stream == 2 ? COLLET_PROGRESS_STDERR : COLLET_PROGRESS_STDOUT, piece);
    };
  }
  job->services->sandbox.run(job->scope->io(), std::move(spec), std::move(output), std::move(done), job->scope->gone());
}

namespace {

void begin(std::shared_ptr<ExecJob> job) {
  const base::CancelToken gone = job->scope->gone();
  if (gone.cancelled()) return report_unstarted(*job, sandbox::Outcome::cancelled, -1, gone.reason().message);
  if (job->scope->over()) return report_unstarted(*job, sandbox::Outcome::cancelled, -1, "the call is over");
  if (job->scope->remaining_ms() <= 0) return report_unstarted(*job, sandbox::Outcome::timeout, -2, "the time limit passed before the program was started");
  if (job->keep) return make_or_find(std::move(job));
  if (job->session) {
    auto use = job->services->sessions->open(*job->session, job->scope->io());
    const bool is_full = !use && use.error().code == Errc::limit;
    if (!use) return report_unstarted(*job, is_full ? sandbox::Outcome::capacity : sandbox::Outcome::unavailable, -1, use.error().message);
    job->session_use = *std::move(use);
    job->spec.work = job->session_use->folder;
  }
  run_in_box(job, [job](sandbox::BoxResult box) { report_with_files(job, std::move(box)); });
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
  auto job = read_exec_request(request, origin, scope);
  if (!job) {
    base::log_warn("a plugin asked for a program that cannot be run",
                   {{"plugin", origin.plugin_id}, {"why", job.error().message}});
    return static_cast<collet_status>(job.error().code);
  }
  job->done = done;
  job->user = user;
  auto shared = std::make_shared<ExecJob>(std::move(*job));
  boost::asio::post(scope->io(), [shared = std::move(shared)]() mutable { begin(std::move(shared)); });
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
