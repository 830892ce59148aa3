// How a box ends: of itself, for memory, or since it is told to; and what is told of it.
#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>
#include <string_view>

#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "sandbox/launcher/clock.hpp"
#include "sandbox/launcher/rights.hpp"
#include "sandbox/launcher/slot.hpp"

namespace collet::launcher {
namespace {

constexpr int kDoubtTicks = 100;  // of 5 ms
constexpr std::uint64_t kKillPatienceNs = 150'000'000;

std::uint64_t micros(const timeval& time) {
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000u + static_cast<std::uint64_t>(time.tv_usec);
}

int signal_by_fd(int pidfd, int signal) {
  return static_cast<int>(::syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0));
}

}  // namespace

// A box that was made under the zygote's uid obeys nobody else.
bool Slot::signal(int number) {
  if (!is_joined_) return signal_by_fd(pidfd_.get(), number) == 0;
  if (!take_effective_uid(host_.zygote_uid())) return false;
  const bool sent = signal_by_fd(pidfd_.get(), number) == 0;
  if (!take_effective_uid(0)) ::_exit(1);
  return sent;
}

void Slot::mark() {
  if (!busy()) return;
  marked_ = true;
  cgroup_.mark();
}

void Slot::terminate() {
  if (busy()) signal_first_process(SIGTERM);
}

void Slot::kill() {
  if (!busy() || kill_at_ns_ != 0) return;
  killed_ = true;
  kill_at_ns_ = now_ns() + kKillPatienceNs;
  cgroup_.lift_cpu_limit();
  if (!cgroup_.kill_all()) signal_first_process(SIGQUIT);
}

// Bubblewrap is the parent of the first process, and passes no signal on.
void Slot::signal_first_process(int number) {
  if (bwrap_ == nullptr) signal(number);
  else if (!signal_child_of(pid_, number)) end_at_once();
}

void Slot::end_at_once() {
  if (bwrap_ != nullptr) signal_child_of(pid_, SIGKILL);
  signal(SIGKILL);
}

void Slot::tick() {
  if (kill_at_ns_ != 0 && now_ns() >= kill_at_ns_) end_at_once();
  if (doubt_ > 0) check_memory();
}

void Slot::on_memory_event() {
  cgroup_.clear_oom_event();
  check_memory();
}

void Slot::check_memory() {
  if (!busy() || oom_) return;
  if (cgroup_.oom_happened()) {
    oom_ = true;
    doubt_ = 0;
    return kill();
  }
  // The event comes just before the kill: look again for a while.
  if (doubt_ == 0) doubt_ = kDoubtTicks;
  if (doubt_ != INT_MAX) --doubt_;
}

void Slot::finish() {
  rusage usage{};
  int status = 0;
  while (::wait4(pid_, &status, 0, &usage) < 0 && errno == EINTR) {}
  wire::RunReport report;
  if (bwrap_ != nullptr && !host_.can(wire::kOwnUids)) bury_orphans();
  report.wall_us = (now_ns() - started_ns_) / 1000;
  report.cpu_us = micros(usage.ru_utime) + micros(usage.ru_stime);
  report.max_rss_bytes = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
  report.failure = page_->failure;
  report.wait_status = page_->wait_status;
  report.status_known = page_->status_known;
  if (oom_ || page_->out_of_memory != 0 || cgroup_.oom_happened()) report.flags |= wire::kOom;
  if (killed_) report.flags |= wire::kKilled;
  if (bwrap_ != nullptr) explain_with_bwrap(report, status);
  // The kernel adds up only whom a parent has waited for, and tells the memory of
  // the largest process; the groups know it of all.
  const std::uint64_t cpu_us = cgroup_.cpu_us();
  report.cpu_us = marked_ && cgroup_.counts_cpu() ? cpu_us : std::max(report.cpu_us, cpu_us);
  report.max_rss_bytes = std::max(report.max_rss_bytes, cgroup_.memory_peak_bytes());
  if ((report.flags & wire::kOom) != 0) report.max_rss_bytes = std::max(report.max_rss_bytes, memory_bytes_);
  sandbox::send_message(socket_.get(), {reinterpret_cast<const char*>(&report), sizeof report});
  socket_.reset();
  pidfd_.reset();
  pid_ = 0;
  doubt_ = 0;
  bwrap_.reset();
}

// Where it got to the first process, that one has told of itself.
void Slot::explain_with_bwrap(wire::RunReport& report, int status) const {
  if (report.flags != 0 || report.status_known != 0 || page_->is_inside != 0) return;
  const ssize_t got = ::pread(bwrap_->words.get(), report.said.data(), report.said.size() - 1, 0);
  const std::string_view said(report.said.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
  if (report.failure.step != Step::none) return;
  // Who says nothing and ends by itself is no bubblewrap.
  if (!said.empty()) report.failure = failure_of(said);
  else if (WIFEXITED(status)) report.failure = {Step::bwrap, ENOEXEC, 0};
}

}  // namespace collet::launcher
