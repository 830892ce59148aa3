#include "cli/signals.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>

namespace collet::cli {
namespace {

constexpr std::array<int, 2> kSignals{SIGINT, SIGTERM};
constexpr int kKilled = 130;  // what shells report after Ctrl-C

// A handler cannot carry state of its own.
std::atomic<int> g_pipe_end{-1};
std::atomic<int> g_count{0};
std::array<struct sigaction, kSignals.size()> g_before;
std::array<int, 2> g_pipe{-1, -1};

void on_signal(int) {
  const int saved = errno;
  if (g_count.fetch_add(1) > 0) _exit(kKilled);
  const char byte = 's';
  if (write(g_pipe_end, &byte, 1) < 0) _exit(kKilled);
  errno = saved;
}

void block_all_signals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

}  // namespace

StopSignals::StopSignals(std::function<void()> on_stop) {
  if (pipe2(g_pipe.data(), O_CLOEXEC) != 0) return;
  g_count = 0;
  g_pipe_end = g_pipe[1];
  watcher_ = std::thread([on_stop = std::move(on_stop), end = g_pipe[0]] {
    block_all_signals();
    char byte = 0;
    while (read(end, &byte, 1) < 0 && errno == EINTR) {}
    if (byte == 's') on_stop();
  });
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &action, &g_before[i]);
}

StopSignals::~StopSignals() {
  if (!watcher_.joinable()) return;
  for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &g_before[i], nullptr);
  close(g_pipe[1]);  // end of file wakes the watcher
  watcher_.join();
  close(g_pipe[0]);
}

}  // namespace collet::cli
