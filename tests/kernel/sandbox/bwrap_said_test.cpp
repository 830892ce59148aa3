#include "sandbox/launcher/bwrap.hpp"

#include <cerrno>

#include <gtest/gtest.h>

namespace collet::launcher {
namespace {

struct Said {
  const char* text;
  Step step;
  int error;
};

class BwrapSaid : public testing::TestWithParam<Said> {};

TEST_P(BwrapSaid, NamesTheStepAndTheError) {
  const Failure failure = failure_of(GetParam().text);
  EXPECT_EQ(wire::name(failure.step), wire::name(GetParam().step));
  EXPECT_EQ(failure.error, GetParam().error);
}

INSTANTIATE_TEST_SUITE_P(Sentences, BwrapSaid, testing::Values(
    Said{"bwrap: No permissions to creating new namespace, likely because the kernel does not allow non-privileged user namespaces.", Step::clone, EPERM},
    Said{"bwrap: No permissions to create a new namespace, likely because the kernel does not allow it", Step::clone, EPERM},
    Said{"bwrap: Creating new namespace failed: nesting depth or /proc/sys/user/max_*_namespaces exceeded (ENOSPC)", Step::clone, ENOSPC},
    Said{"bwrap: Creating new namespace failed: Invalid argument\n", Step::clone, EINVAL},
    Said{"bwrap: Creating new namespace failed, likely because the kernel does not support user namespaces.  bwrap must be installed setuid on such systems.", Step::clone, EINVAL},
    Said{"bwrap: setting up uid map: Permission denied\n", Step::id_map, EACCES},
    Said{"bwrap: error writing to setgroups: Operation not permitted\n", Step::id_map, EPERM},
    Said{"bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted", Step::loopback, EPERM},
    Said{"bwrap: Can't mount proc on /newroot/proc: Operation not permitted", Step::proc, EPERM},
    Said{"bwrap: Failed to make / slave: Permission denied", Step::propagation, EACCES},
    Said{"bwrap: Can't find source path /home/x: Permission denied", Step::root_tree, EACCES},
    Said{"bwrap: Can't bind mount /oldroot/usr on /newroot/usr: No such device", Step::attach_root, ENODEV},
    Said{"bwrap: pivot_root(/newroot): Invalid argument", Step::pivot, EINVAL},
    Said{"bwrap: execvp /tmp/collet-launcher: No such file or directory", Step::inside, ENOENT},
    Said{"bwrap: Unknown option --cap-add", Step::bwrap, EPROTO},
    Said{"something else altogether", Step::bwrap, EPROTO}));

}  // namespace
}  // namespace collet::launcher
