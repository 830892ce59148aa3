// Hosts that cannot isolate, made by taking something away: nothing may run.
#include <fstream>

#include <gmock/gmock.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hostile/box_test.hpp"
#include "sandbox/privileges.hpp"

namespace collet::sandbox {
namespace {

using testing::HasSubstr;
using UnavailableTest = BoxTest;

TEST_F(UnavailableTest, TheProbeLooksAtEverythingAndIsQuick) {
  const auto started = std::chrono::steady_clock::now();
  const auto checks = sandbox_->probe();
  const auto took = std::chrono::steady_clock::now() - started;
  EXPECT_GE(checks.size(), 12u);
  for (const auto& check : checks) EXPECT_TRUE(check.ok) << check.name << ": " << check.detail << " " << check.remedy;
  std::set<std::string> names;
  for (const auto& check : checks) EXPECT_TRUE(names.insert(check.name).second) << check.name << " twice";
  for (const char* name : {"host_uid", "network", "host_files", "seccomp", "capabilities", "no_new_privs", "processes",
                           "program_limits", "work_folder", "root_read_only", "cgroups", "descriptors"}) {
    EXPECT_TRUE(names.contains(name)) << name;
  }
  EXPECT_LT(std::chrono::duration<double>(took).count(), 2.0);
}

TEST_F(UnavailableTest, NothingRunsWithoutALauncher) {
  settings_.launcher = "/nowhere/collet-launcher";
  start(settings_);
  EXPECT_THAT(sandbox_->unavailable_reason(), HasSubstr("/nowhere/collet-launcher"));
  const auto result = run(shell("echo ran"));
  EXPECT_EQ(result.outcome, Outcome::unavailable) << describe(result);
  EXPECT_EQ(result.stdout_text, "");
  EXPECT_THAT(result.message, HasSubstr("install collet-launcher"));
  const auto checks = sandbox_->probe();
  ASSERT_EQ(checks.size(), 1u);
  EXPECT_FALSE(checks[0].ok);
}

TEST_F(UnavailableTest, NothingRunsWithALauncherThatIsNone) {
  settings_.launcher = "/bin/true";
  start(settings_);
  EXPECT_THAT(sandbox_->unavailable_reason(), HasSubstr("ended at once"));
  EXPECT_EQ(run(shell("echo ran")).outcome, Outcome::unavailable);
}

TEST_F(UnavailableTest, NothingRunsWithoutCgroupsUnlessAllowed) {
  settings_.cgroup_root = "/nowhere";
  start(settings_);
  EXPECT_THAT(sandbox_->unavailable_reason(), HasSubstr("step cgroup"));
  EXPECT_THAT(sandbox_->unavailable_reason(), HasSubstr("/nowhere/memory"));
  EXPECT_THAT(sandbox_->unavailable_reason(), HasSubstr("sandbox.soft_limits"));
  const auto result = run(shell("echo ran"));
  EXPECT_EQ(result.outcome, Outcome::unavailable);
  EXPECT_EQ(result.stdout_text, "");
}

TEST_F(UnavailableTest, RootsUidIsNeverUsed) {
  settings_.uid_base = 0;
  start(settings_);
  EXPECT_THAT(sandbox_->unavailable_reason(), HasSubstr("sandbox.uid_base is 0"));
}

TEST_F(UnavailableTest, AnUnknownBackendIsNamed) {
  settings_.backend = "magic";
  start(settings_);
  EXPECT_THAT(sandbox_->unavailable_reason(), HasSubstr("\"magic\""));
}

// Runs `body` in a child process with no rights to lose and gives its text back.
std::string in_child(void (*body)(int out)) {
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

TEST_F(UnavailableTest, WithoutRootItMakesDoWithItsOwnUid) {
  const std::string text = in_child([](int out) {
    if (::setresgid(65534, 65534, 65534) != 0 || ::setresuid(65534, 65534, 65534) != 0) return say(out, "no nobody");
    config::SandboxSettings settings;
    settings.soft_limits = true;
    const auto sandbox = Sandbox::start(settings);
    say(out, sandbox->unavailable_reason() + describe(run_one(*sandbox)));
  });
  EXPECT_THAT(text, HasSubstr("stdout: 1000\nx\n      1000      65534          1\n")) << text;
}

TEST_F(UnavailableTest, WithoutRootAndCgroupsItRefuses) {
  const std::string text = in_child([](int out) {
    if (::setresgid(65534, 65534, 65534) != 0 || ::setresuid(65534, 65534, 65534) != 0) return say(out, "no nobody");
    const auto sandbox = Sandbox::start({});
    say(out, sandbox->unavailable_reason());
  });
  EXPECT_THAT(text, HasSubstr("step cgroup")) << text;
}

bool write_text(const std::string& path, const std::string& text) {
  std::ofstream file(path);
  return static_cast<bool>(file << text << std::flush);
}

// Becomes root of a user namespace with this test's uids, in which no further
// one can be made. A helper that stayed outside writes the maps.
bool enter_namespace_without_namespaces(std::int64_t uid_base) {
  int entered[2], mapped[2];
  if (::pipe(entered) != 0 || ::pipe(mapped) != 0) return false;
  const pid_t self = ::getpid();
  const pid_t helper = ::fork();
  char byte = 'x';
  if (helper == 0) {
    ::close(entered[1]);
    ::close(mapped[0]);
    const std::string map = "0 0 1\n" + std::to_string(uid_base) + " " + std::to_string(uid_base) + " 128\n";
    const std::string proc = "/proc/" + std::to_string(self) + "/";
    bool ok = ::read(entered[0], &byte, 1) == 1 && write_text(proc + "uid_map", map) && write_text(proc + "gid_map", map);
    ok = ok && ::write(mapped[1], &byte, 1) == 1;
    ::_exit(ok ? 0 : 1);
  }
  ::close(mapped[1]);
  const bool ok = ::unshare(CLONE_NEWUSER) == 0 && ::write(entered[1], &byte, 1) == 1 && ::read(mapped[0], &byte, 1) == 1;
  for (const int fd : {entered[0], entered[1], mapped[0]}) ::close(fd);
  ::waitpid(helper, nullptr, 0);
  return ok && write_text("/proc/sys/user/max_user_namespaces", "0");
}

TEST_F(UnavailableTest, WithoutUserNamespacesRootUsesRealUids) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "a process with a second thread, as this sanitizer makes, may not enter a user namespace";
#endif
  const std::string text = in_child([](int out) {
    if (!enter_namespace_without_namespaces(own_uid_base())) return say(out, "could not make the namespace");
    config::SandboxSettings settings;
    settings.uid_base = own_uid_base();
    const auto sandbox = Sandbox::start(settings);
    say(out, sandbox->unavailable_reason() + describe(run_one(*sandbox)));
  });
  EXPECT_THAT(text, testing::ContainsRegex("stdout: [1-9][0-9]{6,}\nx\n")) << text;
}

TEST_F(UnavailableTest, WithoutUserNamespacesAndRootItSaysHowToGetThem) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "a process with a second thread, as this sanitizer makes, may not enter a user namespace";
#endif
  const std::string text = in_child([](int out) {
    if (!enter_namespace_without_namespaces(own_uid_base())) return say(out, "could not make the namespace");
    const auto uid = static_cast<uid_t>(own_uid_base());
    if (::setresuid(uid, uid, uid) != 0) return say(out, "could not leave root");
    config::SandboxSettings settings;
    settings.soft_limits = true;
    const auto sandbox = Sandbox::start(settings);
    say(out, sandbox->unavailable_reason() + describe(run_one(*sandbox)));
  });
  EXPECT_THAT(text, HasSubstr("step clone")) << text;
  EXPECT_THAT(text, HasSubstr("user.max_user_namespaces")) << text;
  EXPECT_THAT(text, HasSubstr("outcome 7")) << text;
}

TEST_F(UnavailableTest, AServerMayDropItsRightsAfterTheLauncher) {
  const std::string text = in_child([](int out) {
    config::SandboxSettings settings;
    settings.uid_base = own_uid_base();
    const auto sandbox = Sandbox::start(settings);
    const auto dropped = drop_privileges("nobody");
    say(out, (dropped ? "uid " + std::to_string(::getuid()) : dropped.error().message) + "\n" + describe(run_one(*sandbox)));
  });
  EXPECT_THAT(text, HasSubstr("uid 65534\n")) << text;
  EXPECT_THAT(text, HasSubstr("stdout: 1000\nx\n")) << text;
}

TEST_F(UnavailableTest, RightsAreNotDroppedToNobodyInParticular) {
  EXPECT_EQ(drop_privileges("no-such-user").error().code, Errc::not_found);
  EXPECT_EQ(drop_privileges("root").error().code, Errc::invalid);
}

}  // namespace
}  // namespace collet::sandbox
