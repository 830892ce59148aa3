// What a box costs: print(1) in a fresh Python, bare and boxed, taken in turn so
// that both see the same noise. Usage: box_bench [ROUNDS] [PROGRAM ARGUMENT...]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/sandbox.hpp"

namespace {

using namespace collet;
using Clock = std::chrono::steady_clock;

double micros_since(Clock::time_point start) {
  return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

struct Sample {
  double wall_us;
  double cpu_us;  // of everybody involved; the steadier figure on a busy machine
};

double micros(const timeval& time) { return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec); }

double own_cpu_us() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return micros(usage.ru_utime) + micros(usage.ru_stime);
}

// Nanoseconds a process has run, by its scheduler statistics.
double cpu_us_of(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/schedstat");
  double ns = 0;
  file >> ns;
  return ns / 1000;
}

Sample run_bare(std::vector<char*>& argv) {
  const double cpu_before = own_cpu_us();
  const auto start = Clock::now();
  int out[2];
  if (::pipe2(out, O_CLOEXEC) != 0) std::exit(1);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, out[1], 1);
  char* const env[] = {nullptr};
  pid_t pid = 0;
  if (::posix_spawn(&pid, argv[0], &actions, nullptr, argv.data(), env) != 0) std::exit(1);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(out[1]);
  char text[4096];
  while (::read(out[0], text, sizeof text) > 0) {}
  ::close(out[0]);
  rusage usage{};
  ::wait4(pid, nullptr, 0, &usage);
  const double wall = micros_since(start);
  return {wall, micros(usage.ru_utime) + micros(usage.ru_stime) + own_cpu_us() - cpu_before};
}

Sample run_boxed(sandbox::Sandbox& sandbox, const std::vector<std::string>& argv, pid_t launcher) {
  const double cpu_before = own_cpu_us() + cpu_us_of(launcher);
  const auto start = Clock::now();
  boost::asio::io_context io;
  sandbox::BoxSpec spec;
  spec.argv = argv;
  spec.roots = {"/usr"};
  spec.timeout_ms = 10'000;
  // On a machine that is busy with other things the default share would be measured, not the box.
  spec.size.cpu_weight = 10'000;
  spec.size.cpu_cores = 0;
  sandbox::BoxResult result;
  sandbox.run(io, std::move(spec), nullptr, [&](sandbox::BoxResult r) { result = std::move(r); }, {});
  io.run();
  if (result.outcome != sandbox::Outcome::exited) {
    std::fprintf(stderr, "box_bench: %s\n", result.message.c_str());
    std::exit(1);
  }
  const double wall = micros_since(start);
  return {wall, static_cast<double>(result.cpu_us) + own_cpu_us() + cpu_us_of(launcher) - cpu_before};
}

// The launcher: our only child.
pid_t find_launcher() {
  std::ifstream children("/proc/self/task/" + std::to_string(::getpid()) + "/children");
  pid_t pid = 0;
  children >> pid;
  return pid;
}

struct Summary {
  double p50;
  double p99;
};

Summary summarise(const std::vector<Sample>& all, double Sample::*field) {
  std::vector<double> samples;
  for (const auto& sample : all) samples.push_back(sample.*field);
  std::sort(samples.begin(), samples.end());
  return {samples[samples.size() / 2], samples[std::min(samples.size() - 1, samples.size() * 99 / 100)]};
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 200;
  std::vector<std::string> program = {"/usr/bin/python3", "-I", "-S", "-c", "print(1)"};
  if (argc > 2) program.assign(argv + 2, argv + argc);
  std::vector<char*> raw;
  for (auto& word : program) raw.push_back(word.data());
  raw.push_back(nullptr);

  const auto sandbox = sandbox::Sandbox::start({});
  if (!sandbox->unavailable_reason().empty()) {
    std::fprintf(stderr, "box_bench: %s\n", sandbox->unavailable_reason().c_str());
    return 1;
  }
  const pid_t launcher = find_launcher();
  std::vector<Sample> bare, boxed;
  for (int i = 0; i < rounds + 5; ++i) {
    const Sample first = run_bare(raw);
    const Sample second = run_boxed(*sandbox, program, launcher);
    if (i < 5) continue;  // cold caches
    bare.push_back(first);
    boxed.push_back(second);
  }
  const Summary a = summarise(bare, &Sample::wall_us), b = summarise(boxed, &Sample::wall_us);
  const Summary c = summarise(bare, &Sample::cpu_us), d = summarise(boxed, &Sample::cpu_us);
  std::printf("bare   p50 %8.0f us   p99 %8.0f us   cpu %8.0f us\n", a.p50, a.p99, c.p50);
  std::printf("boxed  p50 %8.0f us   p99 %8.0f us   cpu %8.0f us\n", b.p50, b.p99, d.p50);
  std::printf("added  p50 %8.0f us   ratio %.2f            cpu %8.0f us   ratio %.2f\n", b.p50 - a.p50, b.p50 / a.p50, d.p50 - c.p50, d.p50 / c.p50);
  return 0;
}
