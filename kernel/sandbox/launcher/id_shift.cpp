#include "sandbox/launcher/id_shift.hpp"

#include <csignal>
#include <string>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

namespace collet::launcher {
namespace {

bool put(const std::string& path, const std::string& text) {
  const sandbox::UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  return fd && ::write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

}  // namespace

bool IdShift::prepare(uid_t uid, gid_t gid, uid_t box_uid) {
  if (user_ns_ && uid == uid_ && gid == gid_) return true;
  user_ns_.reset();
  // A namespace is made by living in it; this process does so for a moment. It is
  // a copy of a launcher that may be looked at: else its namespace could be opened
  // with CAP_SYS_PTRACE only, which the launcher has no other use for.
  ::prctl(PR_SET_DUMPABLE, 1);
  const auto pid = static_cast<pid_t>(::syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0));
  if (pid != 0) ::prctl(PR_SET_DUMPABLE, 0);
  if (pid < 0) return false;
  if (pid == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) ::pause();
  }
  const std::string folder = "/proc/" + std::to_string(pid) + "/";
  const std::string outside = " " + std::to_string(box_uid) + " 1\n";
  if (put(folder + "uid_map", std::to_string(uid) + outside) && put(folder + "gid_map", std::to_string(gid) + outside)) {
    user_ns_.reset(::open((folder + "ns/user").c_str(), O_RDONLY | O_CLOEXEC));
  }
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
  uid_ = uid;
  gid_ = gid;
  return static_cast<bool>(user_ns_);
}

void IdShift::apply(int tree, const struct stat& owner, uid_t box_uid) {
  if (!prepare(owner.st_uid, owner.st_gid, box_uid)) return;
  mount_attr attributes{};
  attributes.attr_set = MOUNT_ATTR_IDMAP;
  attributes.userns_fd = static_cast<std::uint64_t>(user_ns_.get());
  ::mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attributes, sizeof attributes);
}

}  // namespace collet::launcher
