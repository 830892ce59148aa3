// Hosts that cannot isolate, made by taking something away: nothing may run.
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>

#include <gmock/gmock.h>
#include <grp.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hostile/box_test.hpp"
#include "kernel/sandbox/in_child.hpp"
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

// A folder of `owner` as a writable app folder; its files are looked at after.
std::string run_in_app(const std::function<std::unique_ptr<Sandbox>()>& make_sandbox, uid_t owner) {
  char name[] = "/var/tmp/collet-own-XXXXXX";
  if (::mkdtemp(name) == nullptr) return "no folder";
  const std::string file = std::string(name) + "/file";
  std::ofstream(file) << "old\n";
  ::chmod(name, 0755);
  if (::chown(name, owner, owner) != 0 || ::chown(file.c_str(), owner, owner) != 0) return "no owner";
  const std::string text = in_child([&](int out) {
    const auto sandbox = make_sandbox();
    if (!sandbox || !sandbox->unavailable_reason().empty()) return say(out, sandbox ? sandbox->unavailable_reason() : "no sandbox");
    boost::asio::io_context io;
    BoxSpec spec;
    spec.argv = {"/bin/sh", "-c", "cat file; echo new > other; cat other; echo more 2>/dev/null >> file; cat file"};
    spec.roots = {"/usr"};
    spec.app_root = name;
    spec.app_scratch = true;
    spec.timeout_ms = 10'000;
    sandbox->run(io, std::move(spec), nullptr, [&](BoxResult result) { say(out, describe(result)); }, {});
    io.run();
  });
  EXPECT_EQ(std::filesystem::file_size(file), 4u) << text;
  EXPECT_FALSE(std::filesystem::exists(std::string(name) + "/other"));
  std::filesystem::remove_all(name);
  return text;
}

TEST_F(UnavailableTest, WithoutRootAnAppFolderCanBeWrittenAllTheSame) {
  const auto as_nobody = []() -> std::unique_ptr<Sandbox> {
    if (::setresgid(65534, 65534, 65534) != 0 || ::setresuid(65534, 65534, 65534) != 0) return nullptr;
    auto settings = plain_settings();
    settings.soft_limits = true;
    return Sandbox::start(settings);
  };
  EXPECT_THAT(run_in_app(as_nobody, 65534), HasSubstr("stdout: old\nnew\nold\nmore\n"));
  EXPECT_THAT(run_in_app(as_nobody, 12'345), HasSubstr("stdout: old\nnew\nold\n\n")) << "somebody else's file";
}

TEST_F(UnavailableTest, WithoutRootItMakesDoWithItsOwnUid) {
  const std::string text = in_child([](int out) {
    if (::setresgid(65534, 65534, 65534) != 0 || ::setresuid(65534, 65534, 65534) != 0) return say(out, "no nobody");
    auto settings = plain_settings();
    settings.soft_limits = true;
    const auto sandbox = Sandbox::start(settings);
    say(out, sandbox->unavailable_reason() + describe(run_one(*sandbox)));
  });
  EXPECT_THAT(text, HasSubstr("stdout: 1000\nx\n      1000      65534          1\n")) << text;
}

TEST_F(UnavailableTest, WithoutRootFilesAreKeptToo) {
  const std::string text = in_child([](int out) {
    if (!become_nobody()) return say(out, "no nobody");
    auto settings = plain_settings();
    settings.soft_limits = true;
    const auto sandbox = Sandbox::start(settings);
    const auto work = sandbox->make_work_folder();
    if (!work) return say(out, sandbox->unavailable_reason());
    for (int round = 0; round < 3; ++round) {
      BoxSpec spec;
      spec.argv = {"/bin/sh", "-c", "echo x >> f; cat f; chmod 0 /work"};
      spec.roots = {"/usr"};
      spec.timeout_ms = 10'000;
      spec.work = *work;
      boost::asio::io_context io;
      sandbox->run(io, std::move(spec), nullptr, [&](BoxResult r) { say(out, describe(r)); }, {});
      io.run();
    }
  });
  EXPECT_THAT(text, HasSubstr("stdout: x\nx\nx\n")) << text;
}

TEST_F(UnavailableTest, WithoutRootAndCgroupsItRefuses) {
  const std::string text = in_child([](int out) {
    if (::setresgid(65534, 65534, 65534) != 0 || ::setresuid(65534, 65534, 65534) != 0) return say(out, "no nobody");
    const auto sandbox = Sandbox::start(plain_settings());
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
    auto settings = plain_settings();
    settings.uid_base = own_uid_base();
    const auto sandbox = Sandbox::start(settings);
    say(out, sandbox->unavailable_reason() + describe(run_one(*sandbox)));
  });
  if (BoxTest::backend() == "bwrap") {  // which makes no other boxes
    EXPECT_THAT(text, testing::AllOf(HasSubstr("step clone: No space left on device (ENOSPC)"), HasSubstr("outcome 7"))) << text;
    return;
  }
  EXPECT_THAT(text, testing::ContainsRegex("stdout: [1-9][0-9]{6,}\nx\n")) << text;
}

TEST_F(UnavailableTest, WithoutUserNamespacesAnAppFolderCanBeWrittenAllTheSame) {
  if (BoxTest::backend() == "bwrap") GTEST_SKIP() << "bubblewrap needs user namespaces";
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "a process with a second thread, as this sanitizer makes, may not enter a user namespace";
#endif
  const auto without = []() -> std::unique_ptr<Sandbox> {
    if (!enter_namespace_without_namespaces(own_uid_base())) return nullptr;
    auto settings = plain_settings();
    settings.uid_base = own_uid_base();
    return Sandbox::start(settings);
  };
  EXPECT_THAT(run_in_app(without, 0), HasSubstr("stdout: old\nnew\nold\n"));
}

TEST_F(UnavailableTest, WithoutUserNamespacesAndRootItSaysHowToGetThem) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "a process with a second thread, as this sanitizer makes, may not enter a user namespace";
#endif
  const std::string text = in_child([](int out) {
    if (!enter_namespace_without_namespaces(own_uid_base())) return say(out, "could not make the namespace");
    const auto uid = static_cast<uid_t>(own_uid_base());
    if (::setresuid(uid, uid, uid) != 0) return say(out, "could not leave root");
    auto settings = plain_settings();
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
    auto settings = plain_settings();
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

TEST_F(UnavailableTest, TheProbeMeetsTheLimitsItself) {
  std::map<std::string, Check> checks;
  for (const auto& check : sandbox_->probe()) checks[check.name] = check;
  EXPECT_THAT(checks["groups"].detail, HasSubstr("none"));
  EXPECT_TRUE(checks["process_limit"].ok) << checks["process_limit"].detail;
  EXPECT_THAT(checks["memory_limit"].detail, HasSubstr("ended at its limit"));
}

// A login root has groups, which the kernel gives to every child.
TEST_F(UnavailableTest, GroupsOfTheServerStayOutside) {
  char name[] = "/var/tmp/collet-groups-XXXXXX";
  ASSERT_NE(::mkdtemp(name), nullptr);
  const std::string folder = name;
  ::chmod(name, 0755);
  for (const gid_t group : {0u, 4u}) {
    const std::string file = folder + "/" + std::to_string(group);
    std::ofstream(file) << "the-canary-sings";
    ASSERT_TRUE(::chown(file.c_str(), 0, group) == 0 && ::chmod(file.c_str(), 0640) == 0);
  }
  const std::string text = in_child([&](int out) {
    const gid_t groups[] = {0, 4};
    if (::setgroups(2, groups) != 0) return say(out, "no groups");
    auto settings = plain_settings();
    settings.uid_base = own_uid_base();
    const auto sandbox = Sandbox::start(settings);
    boost::asio::io_context io;
    BoxSpec spec = shell("cat " + folder + "/*; grep Groups /proc/self/status | wc -w; echo done");
    spec.roots.push_back(folder);
    sandbox->run(io, std::move(spec), nullptr, [&](BoxResult r) { say(out, sandbox->unavailable_reason() + describe(r)); }, {});
    io.run();
  });
  EXPECT_THAT(text, HasSubstr("stdout: 1\ndone\n")) << text;
  EXPECT_THAT(text, testing::Not(HasSubstr("canary-sings")));
  std::filesystem::remove_all(folder);
}

TEST_F(UnavailableTest, GroupsThatCannotBeDroppedAreTold) {
  const std::string text = in_child([](int out) {
    const gid_t groups[] = {4};
    if (::setgroups(1, groups) != 0) return say(out, "no groups");
    if (::setresgid(65534, 65534, 65534) != 0 || ::setresuid(65534, 65534, 65534) != 0) return say(out, "no nobody");
    auto settings = plain_settings();
    settings.soft_limits = true;
    const auto sandbox = Sandbox::start(settings);
    for (const auto& check : sandbox->probe()) {
      if (check.name == "groups") say(out, check.ok ? "ok " + check.detail : "bad " + check.detail);
    }
  });
  EXPECT_THAT(text, testing::StartsWith("ok 1 of the server's user stay")) << text;
}

// A container's root: with its own uid, every box would be root's.
TEST_F(UnavailableTest, RootWithoutItsRightsRefuses) {
  for (const int missing : {CAP_SYS_ADMIN, CAP_SETUID, CAP_SETGID}) {
    const std::string text = in_child([missing](int out) {
      if (::prctl(PR_CAPBSET_DROP, missing) != 0) return say(out, "cannot drop it");
      auto settings = plain_settings();
      settings.uid_base = own_uid_base();
      const auto sandbox = Sandbox::start(settings);
      say(out, sandbox->unavailable_reason() + describe(run_one(*sandbox)));
    });
    EXPECT_THAT(text, HasSubstr("step uid")) << text;
    EXPECT_THAT(text, HasSubstr("--cap-add SYS_ADMIN")) << text;
    EXPECT_THAT(text, HasSubstr("outcome 7")) << text;
  }
}

TEST_F(UnavailableTest, TheLauncherKeepsFewRights) {
  std::ifstream status("/proc/" + std::to_string(launcher_pid()) + "/status");
  std::map<std::string, std::uint64_t> sets;
  for (std::string name, value; status >> name; std::getline(status, value)) {
    if (name.starts_with("Cap") && status >> value) sets[name] = std::strtoull(value.c_str(), nullptr, 16);
  }
  // A box of bubblewrap's is in a user namespace of which the launcher is not the owner.
  std::uint64_t kept = BoxTest::backend() == "bwrap" ? std::uint64_t{1} << CAP_KILL : 0;
  for (const int number : {CAP_SYS_ADMIN, CAP_SETUID, CAP_SETGID, CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_NET_ADMIN, CAP_SYS_NICE}) {
    kept |= std::uint64_t{1} << number;
  }
  for (const char* set : {"CapPrm:", "CapEff:", "CapBnd:"}) EXPECT_EQ(sets[set] & ~kept, 0u) << set << std::hex << sets[set];
  EXPECT_EQ(sets["CapInh:"] | sets["CapAmb:"], 0u);
}

TEST_F(UnavailableTest, ALauncherThatIsLostForGoodShowsAtOnce) {
  const std::string text = in_child([](int out) {
    auto settings = plain_settings();
    settings.uid_base = own_uid_base();
    const auto sandbox = Sandbox::start(settings);
    const pid_t launcher = launcher_pid();
    // As drop_privileges() does, but with the right to kill what root started.
    if (::seteuid(65534) != 0) return say(out, "no nobody");
    say(out, "before: " + sandbox->present_reason() + "\n");
    ::kill(launcher, SIGKILL);
    std::string reason;
    for (int i = 0; i < 2'000 && reason.empty(); ++i) {
      ::poll(nullptr, 0, 1);
      reason = sandbox->present_reason();
    }
    say(out, "after: " + reason);
  });
  EXPECT_THAT(text, HasSubstr("before: \n")) << text;
  EXPECT_THAT(text, HasSubstr("Restart collet")) << text;
}

TEST_F(UnavailableTest, ALauncherThatCanBeStartedAnewIsNoTrouble) {
  const pid_t launcher = launcher_pid();
  ::kill(launcher, SIGKILL);
  siginfo_t info{};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(launcher), &info, WEXITED | WNOWAIT), 0);
  EXPECT_EQ(sandbox_->present_reason(), "");
  EXPECT_EQ(run(shell("echo again")).stdout_text, "again\n");
  before_.processes = host_state().processes;
}

}  // namespace
}  // namespace collet::sandbox
