#include "kernel/sandbox/in_child.hpp"

#include <utility>

#include <boost/asio/io_context.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include "hostile/box_test.hpp"

namespace collet::sandbox {

config::SandboxSettings plain_settings() {
  config::SandboxSettings settings;
  settings.backend = BoxTest::backend();
  return settings;
}

std::string in_child(const std::function<void(int out)>& body) {
  int out[2];
  if (::pipe(out) != 0) return "pipe failed";
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::close(out[0]);
    body(out[1]);
    ::_exit(0);
  }
  ::close(out[1]);
  std::string text;
  char buffer[4096];
  for (ssize_t got; (got = ::read(out[0], buffer, sizeof buffer)) > 0;) text.append(buffer, static_cast<std::size_t>(got));
  ::close(out[0]);
  ::waitpid(pid, nullptr, 0);
  return text;
}

void say(int out, const std::string& text) {
  [[maybe_unused]] const auto wrote = ::write(out, text.data(), text.size());
}

BoxResult run_one(Sandbox& sandbox) {
  boost::asio::io_context io;
  BoxSpec spec;
  spec.argv = {"/bin/sh", "-c", "id -u; echo x > /work/f && cat /work/f; cat /proc/self/uid_map"};
  spec.roots = {"/usr"};
  spec.timeout_ms = 10'000;
  BoxResult result;
  sandbox.run(io, std::move(spec), nullptr, [&](BoxResult r) { result = std::move(r); }, {});
  io.run();
  return result;
}

bool become_nobody() {
  constexpr uid_t kNobody = 65534;
  return ::setresgid(kNobody, kNobody, kNobody) == 0 && ::setresuid(kNobody, kNobody, kNobody) == 0;
}

}  // namespace collet::sandbox
