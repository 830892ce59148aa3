#include "collet/exec_report.hpp"

#include "collet/json.hpp"

namespace collet {
namespace {

constexpr std::size_t kLaterBytesMax = 2000;  ///< Of each text in shorter_exec_report().

std::string_view stripped(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n\f\v";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::string_view status_of(const ExecResult& run) {
  switch (run.outcome) {
    case COLLET_EXEC_EXITED: return run.returncode == 0 ? "ok" : "error";
    case COLLET_EXEC_TIMEOUT: return "timeout";
    case COLLET_EXEC_OOM: return "oom";
    case COLLET_EXEC_OUTPUT_LIMIT: return "output_limit";
    case COLLET_EXEC_SIGNALLED:
    case COLLET_EXEC_CANCELLED: return "killed";
    case COLLET_EXEC_UNAVAILABLE: return "sandbox_unavailable";
    case COLLET_EXEC_CAPACITY: return "capacity";
    default: return "error";
  }
}

/// Where it ended: waiting for a box, making it, or running in it.
std::string_view phase_of(const ExecResult& run) {
  switch (run.outcome) {
    case COLLET_EXEC_CAPACITY: return "queue";
    case COLLET_EXEC_UNAVAILABLE:
    case COLLET_EXEC_FAILED: return "start";
    default: return "run";
  }
}

int returncode_of(const ExecResult& run) {
  if (run.outcome == COLLET_EXEC_TIMEOUT) return -2;
  // Where nothing ran, nothing may look like success.
  const bool has_run = phase_of(run) == "run";
  return has_run || run.returncode != 0 ? run.returncode : -1;
}

/// What the program wrote, and under it why it was ended, if it was.
std::string stderr_of(const ExecResult& run) {
  std::string text(stripped(run.stderr_text));
  if (run.outcome == COLLET_EXEC_EXITED || run.message.empty()) return text;
  if (!text.empty()) text += '\n';
  return text + (run.outcome == COLLET_EXEC_TIMEOUT ? "Error: Execution timed out: " : "Error: ") + run.message;
}

double to_ms(std::uint64_t us) { return static_cast<double>(us) / 1000.0; }

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// Head of a long text, cut between characters.
std::string shortened(std::string_view text) {
  if (text.size() <= kLaterBytesMax) return std::string(text);
  std::size_t cut = kLaterBytesMax;
  while (cut > 0 && is_continuation(text[cut])) --cut;
  return std::string(text.substr(0, cut)) + "\n[" + std::to_string(text.size() - cut) + " bytes left out]";
}

Members head_of(const ExecResult& run, std::string_view err, std::string_view status, std::string_view phase) {
  Members members = {{"returncode", returncode_of(run)}, {"stdout", stripped(run.stdout_text)}, {"stderr", err}, {"status", status}};
  if (run.signal != 0) members.emplace_back("signal", run.signal);
  members.emplace_back("phase", phase);
  return members;
}

void add_figures(const ExecResult& run, Members& members) {
  members.emplace_back("wall_ms", to_ms(run.wall_us));
  members.emplace_back("cpu_ms", to_ms(run.cpu_us));
  members.emplace_back("max_rss_bytes", run.max_rss_bytes);
}

/// @param ran what the phase is called where the run was begun.
ExecReport report_of(const ExecResult& run, const ExecValue& value, const Members& more, std::string_view ran) {
  const std::string_view out = stripped(run.stdout_text);
  const std::string err = stderr_of(run);
  const std::string_view phase = phase_of(run);
  Members members = head_of(run, err, status_of(run), phase == "run" ? ran : phase);
  add_figures(run, members);
  members.emplace_back("truncated", run.stdout_omitted_bytes + run.stderr_omitted_bytes > 0 || value.is_truncated);
  if (!value.text.empty()) members.emplace_back("result", value.text);
  if (run.session != 0) members.emplace_back("session", run.session == COLLET_EXEC_SESSION_NEW ? "new" : "continued");
  members.insert(members.end(), more.begin(), more.end());

  ExecReport report;
  report.text = json::object(members).dump(true);
  report.is_error = run.outcome != COLLET_EXEC_EXITED && run.outcome != COLLET_EXEC_SIGNALLED;
  report.is_empty = run.outcome == COLLET_EXEC_EXITED && run.returncode == 0 && out.empty() && err.empty() &&
                    value.text.empty() && more.empty();
  return report;
}

}  // namespace

ExecReport exec_report(const ExecResult& run, const ExecValue& value, const Members& more) { return report_of(run, value, more, "run"); }

ExecReport compile_report(const ExecResult& run) { return report_of(run, {}, {}, "compile"); }

End exec_end(const ExecResult& run, const ExecReport& report) {
  return {.is_error = report.is_error, .is_empty = report.is_empty, .retryable = run.outcome == COLLET_EXEC_CAPACITY, .details = {}};
}

ExecReport install_report(const ExecResult& run, std::string_view what) {
  const bool has_failed = run.outcome == COLLET_EXEC_EXITED || run.outcome == COLLET_EXEC_FAILED;
  Members members = head_of(run, std::string(what) + ": " + stderr_of(run), has_failed ? "install_failed" : status_of(run),
                            run.outcome == COLLET_EXEC_CAPACITY ? "queue" : "install");
  add_figures(run, members);
  members.emplace_back("truncated", run.stdout_omitted_bytes + run.stderr_omitted_bytes > 0);
  return {json::object(members).dump(true), true, false};
}

std::optional<std::string> shorter_exec_report(std::string_view report) {
  const auto parsed = Value::parse(report);
  if (!parsed || !parsed->has("returncode")) return std::nullopt;
  Members members = {{"returncode", (*parsed)["returncode"]}};
  for (const char* key : {"stdout", "stderr", "result"}) {
    if (const auto text = (*parsed)[key].as_string(); text && !text->empty()) members.emplace_back(key, shortened(*text));
  }
  return json::object(members).dump();
}

}  // namespace collet
