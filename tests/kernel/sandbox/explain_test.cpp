#include "sandbox/explain.hpp"

#include <cerrno>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace collet::sandbox {
namespace {

using testing::HasSubstr;
using wire::Step;

BoxSpec spec() {
  BoxSpec spec;
  spec.argv = {"/opt/tool"};
  spec.roots = {"/usr", "/opt"};
  return spec;
}

TEST(SandboxExplain, TellsTheHostsFaultFromTheProgramsFault) {
  EXPECT_EQ(explain({Step::exec, ENOENT, 0}, spec()).outcome, Outcome::failed);
  EXPECT_EQ(explain({Step::root_tree, ENOENT, 1}, spec()).outcome, Outcome::failed);
  EXPECT_EQ(explain({Step::clone, EPERM, 0}, spec()).outcome, Outcome::unavailable);
  EXPECT_EQ(explain({Step::filter, EINVAL, 0}, spec()).outcome, Outcome::unavailable);
}

TEST(SandboxExplain, NamesStepErrnoAndRemedy) {
  const auto clone = explain({Step::clone, EPERM, 0}, spec());
  EXPECT_THAT(clone.message, HasSubstr("step clone: Operation not permitted (EPERM)"));
  EXPECT_THAT(clone.remedy, HasSubstr("apparmor_restrict_unprivileged_userns"));
  EXPECT_THAT(explain({Step::clone, ENOSPC, 0}, spec()).remedy, HasSubstr("user.max_user_namespaces"));
  EXPECT_THAT(explain({Step::proc, EPERM, 0}, spec()).remedy, HasSubstr("systempaths=unconfined"));
  EXPECT_THAT(explain({Step::app_overlay, ENODEV, 0}, spec()).remedy, HasSubstr("modprobe overlay"));
  EXPECT_THAT(explain({Step::cgroup, EROFS, 0}, spec()).remedy, HasSubstr("Delegate=yes"));
}

TEST(SandboxExplain, NamesTheRootAndTheProgram) {
  EXPECT_THAT(explain({Step::root_tree, ENOENT, 1}, spec()).message, HasSubstr("root \"/opt\""));
  EXPECT_THAT(explain({Step::exec, ENOENT, 0}, spec()).text(), HasSubstr("cannot start /opt/tool"));
  EXPECT_THAT(explain({Step::exec, E2BIG, 0}, spec()).text(), HasSubstr("pass data as an input"));
}

TEST(SandboxExplain, QuotesWhoMadeTheBox) {
  const auto why = explain({Step::id_map, EACCES, 1u << 30}, spec(), "bwrap: setting up uid map: Permission denied\n");
  EXPECT_THAT(why.text(), HasSubstr("step id_map: Permission denied (EACCES) [bwrap: setting up uid map: Permission denied]. "));
  EXPECT_THAT(explain({Step::root_tree, EACCES, 1u << 30}, spec(), "bwrap: Can't find source path /x: Permission denied").message,
              testing::Not(HasSubstr("root \"")));
}

TEST(SandboxExplain, EveryStepHasAMessage) {
  for (std::uint32_t step = 1; step <= static_cast<std::uint32_t>(Step::exec); ++step) {
    const auto why = explain({static_cast<Step>(step), EPERM, 99}, spec());
    EXPECT_FALSE(why.message.empty()) << step;
    EXPECT_THAT(why.message, HasSubstr("EPERM")) << step;
  }
}

}  // namespace
}  // namespace collet::sandbox
