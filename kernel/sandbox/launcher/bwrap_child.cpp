// From the clone to bubblewrap, and how its box is ended. Until the exec there is no
// heap, no lock and no library state, as in box.cpp.
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/launcher/bwrap.hpp"
#include "sandbox/launcher/inside.hpp"
#include "sandbox/launcher/tree_paths.hpp"

namespace collet::launcher {
namespace {

constexpr int kFirstProcessNice = -20;  // it competes with what it is to end; see Slot

// In a mount namespace of this child alone, where only the uid it is about to take
// can come: the folders above what is staged may be closed to it.
bool lay_ready(const BwrapBox& box) {
  const int folder = make_tmpfs("1048576", "4096");
  if (folder < 0 || ::move_mount(folder, "", AT_FDCWD, box.place.c_str(), MOVE_MOUNT_F_EMPTY_PATH) != 0) return false;
  for (const auto& staged : box.staged) {
    const char* path = staged.path.c_str();
    if (staged.is_folder ? ::mkdir(path, 0755) != 0 : ::mknod(path, S_IFREG | 0644, 0) != 0) return false;
    if (::move_mount(staged.tree, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH) != 0) return false;
  }
  ::close(folder);
  return true;
}

// For good: bubblewrap run with rights would map the box's uid to them.
bool become_slot_uid(const BoxTemplate& box) {
  return take_ids(box.ids.outside) && ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == 0 &&
         give_up_capabilities();
}

bool hand_over_descriptors(const BwrapBox& box) {
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null < 0 || ::dup2(null, 0) < 0 || ::dup2(null, 1) < 0 || ::dup2(box.words.get(), 2) < 0) return false;
  if (::dup2(box.arguments.get(), kArgumentsFd) < 0 || ::dup2(box.inside.get(), kInsideFd) < 0) return false;
  for (const int fd : box.kept) {
    if (::fcntl(fd, F_SETFD, 0) != 0) return false;
  }
  return true;
}

// Of those of `parent`, one after the other; -1 at the end. Any process may read it.
class Children {
 public:
  explicit Children(pid_t parent) {
    const std::string id = std::to_string(parent);
    const UniqueFd fd(::open(("/proc/" + id + "/task/" + id + "/children").c_str(), O_RDONLY | O_CLOEXEC));
    const ssize_t got = fd ? ::read(fd.get(), text_, sizeof text_ - 1) : 0;
    text_[got > 0 ? got : 0] = '\0';
  }
  pid_t next() {
    char* end = at_;
    const long pid = std::strtol(at_, &end, 10);
    at_ = end;
    return pid > 0 ? static_cast<pid_t>(pid) : -1;
  }

 private:
  char text_[4096];
  char* at_ = text_;
};

// The first process of a pid namespace, of which we ourselves make none.
bool is_first_of_a_box(pid_t pid) {
  const UniqueFd fd(::open(("/proc/" + std::to_string(pid) + "/status").c_str(), O_RDONLY | O_CLOEXEC));
  char text[2048];
  const ssize_t got = fd ? ::read(fd.get(), text, sizeof text) : -1;
  const std::string_view status(text, got > 0 ? static_cast<std::size_t>(got) : 0);
  const std::size_t at = status.find("NSpid:");
  if (at == std::string_view::npos) return false;
  return status.substr(at, status.find('\n', at) - at).ends_with("\t1");
}

}  // namespace

void become_bwrap(const BoxPlan& plan, const BwrapBox& box) {
  const bool has_rights = !box.place.empty();
  require(plan, Step::session, die_with_launcher(plan.box));
  require(plan, Step::cgroup_attach, enter_cgroups(plan.box));
  if (has_rights) {
    require(plan, Step::attach_root, lay_ready(box));
    require(plan, Step::slot, ::setpriority(PRIO_PROCESS, 0, kFirstProcessNice) == 0);
    require(plan, Step::uid, become_slot_uid(plan.box));
  }
  require(plan, Step::groups, has_no_groups(plan.box));
  require(plan, Step::no_new_privs, ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
  // The switch of uids cleared the signal.
  require(plan, Step::session, die_with_launcher(plan.box));
  require(plan, Step::descriptors, hand_over_descriptors(box));
  ::umask(022);
  static_assert(kArgumentsFd == 10);
  const char* const argv[] = {"bwrap", "--args", "10", kInsidePath, nullptr};
  const char* const env[] = {nullptr};
  ::execve(box.program, const_cast<char* const*>(argv), const_cast<char* const*>(env));
  give_up(plan, Step::bwrap);
}

bool signal_child_of(pid_t bwrap, int signal) {
  const pid_t child = Children(bwrap).next();
  if (child < 0) return false;
  const UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
  // Still its child, so it was this one that was opened.
  if (!pidfd || Children(bwrap).next() != child) return false;
  return ::syscall(SYS_pidfd_send_signal, pidfd.get(), signal, nullptr, 0) == 0;
}

void bury_orphans() {
  Children children(::getpid());
  for (pid_t pid = children.next(); pid > 0; pid = children.next()) {
    if (!is_first_of_a_box(pid)) continue;
    ::kill(pid, SIGKILL);
    while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {}
  }
}

}  // namespace collet::launcher
