// From the clone to the exec of a zygote: like box.cpp, but it stays among the host's
// processes and users, under a uid that nothing belongs to.
#include <cerrno>
#include <csignal>
#include <cstdlib>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox/launcher/plan.hpp"

namespace collet::launcher {
namespace {

// The launcher's own go with its capabilities: none is left to gain any by.
bool drop_all_rights() {
  return give_up_capabilities() && ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

bool has_no_core_files() {
  const rlimit none{0, 0};
  return ::setrlimit(RLIMIT_CORE, &none) == 0;
}

}  // namespace

void live_as_zygote(const BoxPlan& plan) {
  ::close(plan.box.life_write_fd);
  require(plan, Step::session, die_with_launcher(plan.box) && ::setsid() >= 0);
  require(plan, Step::cgroup_attach, enter_cgroups(plan.box));
  require(plan, Step::uid, take_ids(plan.box.ids.outside));
  require(plan, Step::session, die_with_launcher(plan.box));  // the signal goes with the uid
  ::umask(022);
  enter_tree(plan);
  require(plan, Step::capabilities, drop_all_rights());
  require(plan, Step::limits, has_no_core_files());
  require(plan, Step::descriptors, place_descriptors(plan.program, plan.fds));
  require(plan, Step::cwd, ::chdir("/work") == 0);
  execute(plan);
}

}  // namespace collet::launcher
