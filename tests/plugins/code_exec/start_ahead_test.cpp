// What the plugin would run, run here without a box, and fed through a pipe after it
// was started: programs are going to be started ahead of their code.
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include <gtest/gtest.h>

#include "collet/testing/fake_host.hpp"

namespace collet::testing {
namespace {

struct Case {
  const char* tool;
  const char* beginning;
  const char* end;
  const char* printed;
};

void PrintTo(const Case& row, std::ostream* out) { *out << row.tool; }

/// A child whose descriptors are as in a box, but for the pipe at 3.
class Ahead {
 public:
  explicit Ahead(const ExecRequest& request) {
    std::string bootstrap;
    for (const auto& input : request.inputs) {
      if (input.fd == 5) bootstrap = input.data;
    }
    const int file = memfd_create("bootstrap", MFD_CLOEXEC);
    EXPECT_EQ(::write(file, bootstrap.data(), bootstrap.size()), static_cast<ssize_t>(bootstrap.size()));
    ::lseek(file, 0, SEEK_SET);
    int code[2], out[2];
    EXPECT_EQ(::pipe2(code, O_CLOEXEC) | ::pipe2(out, O_CLOEXEC), 0);
    spawn(request, {{"/dev/null", 0}, {"/dev/null", 4}}, {{code[0], 3}, {out[1], 1}, {file, 5}});
    for (const int fd : {file, code[0], out[1]}) ::close(fd);
    code_ = code[1];
    out_ = out[0];
  }
  ~Ahead() {
    ::close(out_);
    ::waitpid(pid_, nullptr, 0);
  }
  Ahead(const Ahead&) = delete;
  Ahead& operator=(const Ahead&) = delete;

  /// A child that has ended is a failure to be told, and no reason to end with it.
  void feed(std::string_view text) const {
    const auto before = ::signal(SIGPIPE, SIG_IGN);
    EXPECT_EQ(::write(code_, text.data(), text.size()), static_cast<ssize_t>(text.size())) << "the child has ended and said: " << output();
    ::signal(SIGPIPE, before);
  }
  void end() const { ::close(code_); }
  [[nodiscard]] bool is_silent_for(int ms) const {
    pollfd out{out_, POLLIN, 0};
    return ::poll(&out, 1, ms) == 0;
  }
  [[nodiscard]] std::string output() const {
    std::string text;
    char buffer[4096];
    for (ssize_t n; (n = ::read(out_, buffer, sizeof buffer)) > 0;) text.append(buffer, static_cast<std::size_t>(n));
    return text;
  }

 private:
  struct Opened {
    const char* path;
    int fd;
  };
  struct Passed {
    int from;
    int fd;
  };
  void spawn(const ExecRequest& request, std::initializer_list<Opened> opened, std::initializer_list<Passed> passed) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    // Out of the way first: a descriptor of ours may have a number of theirs.
    int spare = 100;
    for (const auto& [from, fd] : passed) posix_spawn_file_actions_adddup2(&actions, from, spare++);
    for (const auto& [path, fd] : opened) posix_spawn_file_actions_addopen(&actions, fd, path, O_RDWR, 0);
    spare = 100;
    for (const auto& [from, fd] : passed) {
      posix_spawn_file_actions_adddup2(&actions, spare, fd);
      posix_spawn_file_actions_addclose(&actions, spare++);
    }
    std::vector<char*> argv, env;
    for (const auto& text : request.argv) argv.push_back(const_cast<char*>(text.c_str()));
    for (const auto& text : request.env) env.push_back(const_cast<char*>(text.c_str()));
    argv.push_back(nullptr);
    env.push_back(nullptr);
    EXPECT_EQ(posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), env.data()), 0);
    posix_spawn_file_actions_destroy(&actions);
  }

  pid_t pid_ = -1;
  int code_ = -1;
  int out_ = -1;
};

class StartedAhead : public ::testing::TestWithParam<Case> {
 protected:
  StartedAhead() {
    std::string pattern = (std::filesystem::temp_directory_path() / "collet-ahead-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    before_ = std::filesystem::current_path();
    std::filesystem::current_path(folder_);
  }
  ~StartedAhead() override {
    std::filesystem::current_path(before_);
    std::filesystem::remove_all(folder_);
  }
  std::filesystem::path folder_, before_;
};

TEST_P(StartedAhead, WaitsForAllOfItsCode) {
  const auto host = FakeHost::load(COLLET_CODE_EXEC);
  ExecRequest request;
  host->on_exec = [&](const ExecRequest& seen) {
    request = seen;
    return ExecResult{};
  };
  host->call(GetParam().tool, R"json({"code":"1"})json");
  const Ahead child(request);
  child.feed(GetParam().beginning);
  EXPECT_TRUE(child.is_silent_for(50));
  child.feed(GetParam().end);
  child.end();
  EXPECT_EQ(child.output(), GetParam().printed);
}

INSTANTIATE_TEST_SUITE_P(All, StartedAhead,
                         ::testing::Values(Case{"code_exec_python", "import os\npri", "nt(6 * 7)", "42\n"},
                                           Case{"code_exec_ruby", "print 1\npu", "ts 6 * 7", "142\n"},
                                           Case{"code_exec_node", "console.log(1)\ncons", "ole.log(__filename.endsWith('/index.js'))", "1\ntrue\n"},
                                           Case{"code_exec_node", "import fs from 'fs'\nawait 1\ncons",
                                                "ole.log(fs.readdirSync('.').join())", "index.mjs\n"}));

}  // namespace
}  // namespace collet::testing
