// From what the launcher saw to what the caller is told.
#include <chrono>
#include <csignal>
#include <cstring>

#include <sys/wait.h>

#include "sandbox/explain.hpp"
#include "sandbox/run.hpp"

namespace collet::sandbox {
namespace {

std::string cause_text(Outcome cause, const BoxSpec& spec, const config::SandboxSettings& settings) {
  switch (cause) {
    case Outcome::timeout:
      return "the program was ended at the time limit of " + std::to_string(spec.timeout_ms) + " ms";
    case Outcome::output_limit:
      return "the program was ended for printing more than " + std::to_string(settings.output_bytes_max) +
             " bytes (sandbox.output_bytes_max)";
    case Outcome::oom:
      return "the program was ended at its memory limit of " + std::to_string(spec.size.memory_bytes) +
             " bytes; files in /work, /tmp and /dev/shm count as memory. Use less, or a larger size";
    case Outcome::cancelled:
      return "the program was ended since the call was cancelled";
    default:
      return "";
  }
}

void set_end(BoxResult& result, int wait_status) {
  if (WIFSIGNALED(wait_status)) {
    result.outcome = Outcome::signalled;
    result.signal = WTERMSIG(wait_status);
    result.returncode = -result.signal;
    const char* what = ::strsignal(result.signal);
    result.message = "the program was ended by signal " + std::to_string(result.signal) + " (" + (what != nullptr ? what : "?") + ")";
    if (result.signal == SIGSYS) result.message += ": it made a system call of a foreign architecture";
    if (result.signal == SIGXCPU) result.message += ": it used up its processor time";
  } else {
    result.outcome = Outcome::exited;
    result.returncode = WEXITSTATUS(wait_status);
  }
}

std::uint64_t micros_since(std::chrono::steady_clock::time_point start) {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start).count());
}

void set_killed(BoxResult& result) {
  result.outcome = Outcome::signalled;
  result.signal = SIGKILL;
  result.returncode = -SIGKILL;
  result.message = "the box was ended from outside";
}

}  // namespace

BoxResult Run::result_of_report() {
  const wire::RunReport& report = *report_;
  BoxResult result;
  result.wall_us = warm_since_ ? micros_since(*warm_since_) : report.wall_us;
  result.cpu_us = report.cpu_us;
  result.max_rss_bytes = report.max_rss_bytes;
  // A box that is ended while it is being made fails at some step, which is not why.
  if (report.failure.step != wire::Step::none && !cause_) {
    Explanation why = explain(report.failure, spec_, report.said.data());
    result.outcome = why.outcome;
    result.returncode = -1;
    result.message = why.text();
    return result;
  }
  if (report.status_known != 0) set_end(result, report.wait_status);
  else set_killed(result);
  std::optional<Outcome> cause = cause_;
  if (!cause && (report.flags & wire::kOom) != 0) cause = Outcome::oom;
  if (!cause) return result;
  result.outcome = *cause;
  result.message = cause_text(*cause, spec_, core_->settings);
  if (*cause == Outcome::timeout) result.returncode = -2;
  return result;
}

}  // namespace collet::sandbox
