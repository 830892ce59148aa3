// Hosts whose policy stands in the way: a step fails late, and it must be told which,
// why, and what can be done; with each back end, and nothing may run.
#include <gmock/gmock.h>
#include <sched.h>
#include <sys/syscall.h>

#include <cerrno>
#include <functional>

#include "hostile/box_test.hpp"
#include "kernel/sandbox/in_child.hpp"
#include "kernel/sandbox/restrict.hpp"

namespace collet::sandbox {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class RestrictedHostTest : public BoxTest {
 protected:
  static bool is_bwrap() { return backend() == "bwrap"; }

  /// What a sandbox on such a host says of itself, and of a run.
  static std::string answer(const std::function<bool()>& restrict_host, bool as_root, const config::SandboxSettings& given = plain_settings()) {
    return in_child([&](int out) {
      if (!restrict_host()) return say(out, "the host could not be restricted");
      if (!as_root && !become_nobody()) return say(out, "no nobody");
      auto settings = given;
      settings.uid_base = own_uid_base();
      settings.soft_limits = !as_root;
      const auto sandbox = Sandbox::start(settings);
      say(out, sandbox->unavailable_reason() + "\n" + describe(run_one(*sandbox)));
    });
  }

  static testing::Matcher<std::string> is_refused(const std::string& step, const std::string& error, const std::string& remedy) {
    return AllOf(HasSubstr("step " + step), HasSubstr("(" + error + ")"), HasSubstr(remedy), HasSubstr("outcome 7"), HasSubstr("stdout: \n"));
  }
};

// As AppArmor does by default on Ubuntu 23.10.
TEST_F(RestrictedHostTest, UserNamespacesThatArePermittedToNobody) {
  const auto restrict_host = [] { return deny({{SYS_unshare, EACCES, CLONE_NEWUSER}, {SYS_clone, EACCES, CLONE_NEWUSER}}); };
  EXPECT_THAT(answer(restrict_host, false), is_refused("clone", "EACCES", "kernel.apparmor_restrict_unprivileged_userns=0"));
}

// Only bubblewrap is kept from it, which shows when it is at work.
TEST_F(RestrictedHostTest, UserNamespacesThatBubblewrapMayNotMake) {
  if (!is_bwrap()) GTEST_SKIP() << "the native back end makes them by clone3()";
  const auto restrict_host = [] { return deny({{SYS_clone, EPERM, CLONE_NEWUSER}}); };
  for (const bool as_root : {true, false}) {
    const std::string said = answer(restrict_host, as_root);
    EXPECT_THAT(said, is_refused("clone", "EPERM", "user.max_user_namespaces")) << said;
    EXPECT_THAT(said, HasSubstr("[bwrap: No permissions to ")) << said;
  }
}

// A namespace can be made, but not used: AppArmor since Ubuntu 24.04.
TEST_F(RestrictedHostTest, UidMapsThatCannotBeWritten) {
  for (const bool as_root : {true, false}) {
    const std::string said = answer([] { return deny_writing("uid_map"); }, as_root);
    EXPECT_THAT(said, is_refused("id_map", "EPERM", "for bwrap where that makes the boxes")) << said;
  }
}

TEST_F(RestrictedHostTest, MountsThatAreRefused) {
  const auto restrict_host = [] { return deny({{SYS_mount, EPERM, 0}, {SYS_move_mount, EPERM, 0}, {SYS_fsopen, EPERM, 0}}); };
  const std::string said = answer(restrict_host, false);
  EXPECT_THAT(said, is_refused(is_bwrap() ? "propagation" : "layout", "EPERM", "--cap-add SYS_ADMIN")) << said;
  // A launcher with rights meets it before there is a box.
  EXPECT_THAT(answer(restrict_host, true), is_refused("propagation", "EPERM", "--cap-add SYS_ADMIN"));
}

TEST_F(RestrictedHostTest, KernelsWithoutSystemCallFilters) {
  const auto restrict_host = [] { return deny({{SYS_seccomp, ENOSYS, 0}}); };
  for (const bool as_root : {true, false}) {
    const std::string said = answer(restrict_host, as_root);
    EXPECT_THAT(said, is_refused("filter", "ENOSYS", "CONFIG_SECCOMP_FILTER")) << said;
  }
}

// A container whose runtime counts on its own filter only.
TEST_F(RestrictedHostTest, FiltersThatMayNotBeAdded) {
  const std::string said = answer([] { return deny({{SYS_seccomp, EPERM, 0}}); }, true);
  EXPECT_THAT(said, is_refused("filter", "EPERM", "seccomp")) << said;
}

TEST_F(RestrictedHostTest, NoRootAndNoCgroups) {
  auto settings = plain_settings();
  settings.cgroup_root = "/nowhere";
  const std::string said = answer([] { return true; }, true, settings);
  EXPECT_THAT(said, is_refused("cgroup", "ENOENT", "sandbox.soft_limits: true")) << said;
}

// --- the choice of a back end ---------------------------------------------------

Check choice_of(Sandbox& sandbox) {
  for (auto& check : sandbox.probe()) {
    if (check.name == "backend") return check;
  }
  return {"none", false, "", ""};
}

// Of the two only the native back end makes its cgroup namespace so.
bool spoil_native() { return deny({{SYS_unshare, EPERM, CLONE_NEWCGROUP}}); }

std::string choose(const std::function<bool()>& restrict_host, const std::string& bwrap_path) {
  return in_child([&](int out) {
    if (!restrict_host()) return say(out, "the host could not be restricted");
    config::SandboxSettings settings;
    settings.uid_base = 3'000'000 + std::int64_t{::getpid()} * 128;
    settings.bwrap_path = bwrap_path;
    const auto sandbox = Sandbox::start(settings);
    const Check choice = choice_of(*sandbox);
    say(out, (choice.ok ? "ok " : "bad ") + choice.detail + "\n" + describe(run_one(*sandbox)));
  });
}

TEST(BackendChoice, IsNativeWhereThatWorks) {
  const std::string said = choose([] { return true; }, "/usr/bin/bwrap");
  EXPECT_THAT(said, StartsWith("ok native (auto; the first that works)\n"));
  EXPECT_THAT(said, HasSubstr("stdout: 1000\nx\n"));
}

TEST(BackendChoice, IsBubblewrapWhereOnlyThatWorks) {
  const std::string said = choose(spoil_native, "/usr/bin/bwrap");
  EXPECT_THAT(said, AllOf(StartsWith("ok bwrap (auto; native: "), HasSubstr("step cgroup_ns: Operation not permitted (EPERM)")));
  EXPECT_THAT(said, HasSubstr("stdout: 1000\nx\n"));
}

TEST(BackendChoice, SaysWhyNeitherWorks) {
  const std::string said = choose(spoil_native, "/nowhere/bwrap");
  EXPECT_THAT(said, AllOf(StartsWith("bad native: "), HasSubstr("step cgroup_ns"), HasSubstr("; bwrap: "), HasSubstr("/nowhere/bwrap")));
  EXPECT_THAT(said, AllOf(HasSubstr("outcome 7"), HasSubstr("stdout: \n")));
}

TEST(BackendChoice, SaysOneReasonOnce) {
  const std::string said = choose([] { return deny({{SYS_seccomp, ENOSYS, 0}}); }, "/usr/bin/bwrap");
  EXPECT_THAT(said, StartsWith("bad the box could not be made: step filter"));
  EXPECT_THAT(said, Not(HasSubstr("bwrap: the box")));
}

TEST(BackendChoice, NeverFallsBackFromWhatWasAskedFor) {
  config::SandboxSettings settings;
  settings.backend = "runsc";
  const auto sandbox = Sandbox::start(settings);
  EXPECT_THAT(sandbox->unavailable_reason(), AllOf(HasSubstr("\"runsc\""), HasSubstr("Set sandbox.backend: auto")));
  const auto result = run_one(*sandbox);
  EXPECT_EQ(result.outcome, Outcome::unavailable);
  EXPECT_EQ(result.stdout_text, "");
}

TEST(BackendChoice, TakesNoProgramForBubblewrapThatIsNone) {
  for (const char* program : {"/bin/true", "/bin/false", "/bin/echo"}) {
    const std::string said = in_child([&](int out) {
      config::SandboxSettings settings;
      settings.backend = "bwrap";
      settings.uid_base = 3'000'000 + std::int64_t{::getpid()} * 128;
      settings.bwrap_path = program;
      const auto sandbox = Sandbox::start(settings);
      say(out, sandbox->unavailable_reason() + "\n" + describe(run_one(*sandbox)));
    });
    EXPECT_THAT(said, AllOf(HasSubstr("step bwrap"), HasSubstr("(ENOEXEC)"), HasSubstr("Install bubblewrap"), HasSubstr("outcome 7"))) << program;
  }
}

}  // namespace
}  // namespace collet::sandbox
