#include "plugins/postgres/pglite.hpp"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "collet/json.hpp"

namespace collet::test {
namespace {

constexpr int kStartMs = 60'000;

/// One line, or what came until the end or the time limit.
std::string read_line(int fd) {
  std::string out;
  char c = 0;
  pollfd watched = {fd, POLLIN, 0};
  while (::poll(&watched, 1, kStartMs) > 0 && ::read(fd, &c, 1) == 1 && c != '\n') out += c;
  return out;
}

void write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(fd, text.data(), text.size());
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

PgLite::PgLite(const std::string& statements) : folder_("/tmp/collet-pglite-XXXXXX") {
  if (!::mkdtemp(folder_.data())) throw std::runtime_error("mkdtemp");
  std::array<int, 2> in = {}, out = {};
  if (::pipe2(in.data(), O_CLOEXEC) != 0 || ::pipe2(out.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
  const std::string socket = folder_ + "/.s.PGSQL.5432";
  pid_ = ::fork();
  if (pid_ == 0) {
    ::dup2(in[0], 0);
    ::dup2(out[1], 1);
    ::unsetenv("NODE_EXTRA_CA_CERTS");
    ::execlp("node", "node", COLLET_PGLITE_SERVER, COLLET_PGLITE_MODULES, socket.c_str(), static_cast<char*>(nullptr));
    ::_exit(127);
  }
  ::close(in[0]);
  ::close(out[1]);
  input_ = in[1];
  write_all(input_, Value(statements).dump() + "\n");
  const std::string said = read_line(out[0]);
  ::close(out[0]);
  if (said != "ready") throw std::runtime_error("no Postgres with pgvector came up; run scripts/deps --tests");
}

PgLite::~PgLite() {
  ::close(input_);
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  std::error_code error;
  std::filesystem::remove_all(folder_, error);
}

}  // namespace collet::test
