// collet-fork-point.so: loaded into the interpreter of a zygote. When the program comes to
// read its late input, it stops there for good; for every box that asks, a copy of it
// joins that box, gives up its rights like any program of a box, and goes on reading.
//
// Lives in a stranger's process: no C++ library, no heap, nothing exported but read().
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include <dlfcn.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/launcher/extra_fds.hpp"
#include "sandbox/launcher/huge_code.hpp"
#include "sandbox/launcher/offer.hpp"
#include "sandbox/launcher/shared_page.hpp"

namespace {

using namespace collet::launcher;

constexpr int kBoxNamespaces = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP;
constexpr int kGroupsMax = 4;
constexpr int kFdsMax = 2 + kGroupsMax + 3 + static_cast<int>(wire::kInputsMax);
constexpr int kFirstOwnFd = 64;  // no program's descriptor is there

using ReadFn = ssize_t (*)(int, void*, std::size_t);
ReadFn real_read = nullptr;
int late_fd = -1;
unsigned given_fds = 0;  // a bit each
ExtraFds extra_fds;

struct Received {
  Offer offer;
  int fds[kFdsMax];
  int count = 0;
};
Received received;  // too large for a stack that is not ours

struct Guest {
  SharedPage* page = nullptr;
  int pidfd = -1;
  const int* groups = nullptr;
  ProgramFds fds;
};

// Out of the way of what is placed for the program.
void take_fds(const cmsghdr* head) {
  const auto count = static_cast<int>((head->cmsg_len - CMSG_LEN(0)) / sizeof(int));
  for (int i = 0; i < count && received.count < kFdsMax; ++i) {
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(head) + static_cast<std::size_t>(i) * sizeof fd, sizeof fd);
    received.fds[received.count++] = ::fcntl(fd, F_DUPFD_CLOEXEC, kFirstOwnFd);
    ::close(fd);
  }
}

void close_received() {
  for (int i = 0; i < received.count; ++i) ::close(received.fds[i]);
  received.count = 0;
}

// False at the end of the zygote.
bool receive_offer() {
  alignas(cmsghdr) char control[CMSG_SPACE(kFdsMax * sizeof(int))];
  iovec bytes{&received.offer, sizeof received.offer};
  msghdr message{};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  received.count = 0;
  ssize_t got = -1;
  do got = ::recvmsg(late_fd, &message, MSG_CMSG_CLOEXEC);
  while (got < 0 && errno == EINTR);
  if (got <= 0) return false;
  for (cmsghdr* head = CMSG_FIRSTHDR(&message); head != nullptr; head = CMSG_NXTHDR(&message, head)) {
    if (head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS) take_fds(head);
  }
  return true;
}

// False for an offer that is not whole; its box gives up waiting.
bool unpack(Guest& guest) {
  const Offer& offer = received.offer;
  const int captured = offer.program.capture_target != 0 ? 1 : 0;
  const int wanted = 4 + static_cast<int>(offer.groups) + captured + static_cast<int>(offer.program.input_count);
  if (offer.magic != wire::kMagic || offer.groups > kGroupsMax || offer.program.input_count > wire::kInputsMax || wanted != received.count) return false;
  void* page = ::mmap(nullptr, sizeof(SharedPage), PROT_READ | PROT_WRITE, MAP_SHARED, received.fds[0], 0);
  if (page == MAP_FAILED) return false;
  guest.page = static_cast<SharedPage*>(page);
  guest.pidfd = received.fds[1];
  guest.groups = received.fds + 2;
  const int* next = guest.groups + offer.groups;
  guest.fds.out = *next++;
  guest.fds.err = *next++;
  if (captured != 0) guest.fds.capture = *next++;
  for (std::uint32_t i = 0; i < offer.program.input_count; ++i) guest.fds.inputs[i] = *next++;
  return true;
}

void wake(std::atomic<std::uint32_t>& futex) { ::syscall(SYS_futex, &futex, FUTEX_WAKE, 1, nullptr, nullptr, 0); }

void tell(Guest& guest, JoinState state) {
  guest.page->joining.state.store(state, std::memory_order_release);
  wake(guest.page->joining.state);
}

[[noreturn]] void give_up(Guest& guest, Step step) {
  guest.page->failure = {step, errno, 0};
  tell(guest, kNotJoined);
  ::_exit(125);
}

void require(Guest& guest, Step step, bool ok) {
  if (!ok) give_up(guest, step);
}

// As the zygote has it, so that what an interpreter made of its descriptors holds. One
// that it has closed already is of no more use to it.
bool place(int from, int target) {
  const int flags = ::fcntl(target, F_GETFD);
  if (flags < 0) return true;
  return ::dup3(from, target, (flags & FD_CLOEXEC) != 0 ? O_CLOEXEC : 0) >= 0;
}

bool place_in_copy(const ProgramPlan& plan, const ProgramFds& fds) {
  bool placed = place(fds.out, 1) && place(fds.err, 2) && renew(extra_fds);
  if (fds.capture >= 0) placed = placed && place(fds.capture, plan.capture_target);
  for (std::uint32_t i = 0; i < plan.input_count; ++i) placed = placed && place(fds.inputs[i], plan.input_targets[i]);
  return placed;
}

void wait_until_sealed(SharedPage& page) {
  while (page.joining.sealed.load(std::memory_order_acquire) == 0) {
    ::syscall(SYS_futex, &page.joining.sealed, FUTEX_WAIT, 0, nullptr, nullptr, 0);
  }
}

// The copy: like box.cpp's run_program(), without an exec to tidy up behind it.
void become_program(Guest& guest) {
  const Offer& offer = received.offer;
  require(guest, Step::uid, take_ids(kBoxUid));
  Step step = Step::none;
  if (!drop_rights(offer.program, step) || !settle_program(offer.program, step)) give_up(guest, step);
  require(guest, Step::descriptors, place_in_copy(offer.program, guest.fds));
  require(guest, Step::cwd, enter_first_folder(offer.program));
  close_received();
  wait_until_sealed(*guest.page);
  // As after an exec: a program may look into its own children.
  require(guest, Step::capabilities, ::prctl(PR_SET_DUMPABLE, 1) == 0);
  const sock_fprog filter{static_cast<unsigned short>(offer.filter_count), received.offer.filter};
  require(guest, Step::filter, install_filter(filter));
  ::munmap(guest.page, sizeof(SharedPage));
}

bool enter_groups(const Guest& guest) {
  for (std::uint32_t i = 0; i < received.offer.groups; ++i) {
    if (::write(guest.groups[i], "0", 1) != 1) return false;
  }
  return true;
}

// True in the copy. Two steps lead into the box, each a child that borrows this memory
// while the zygote stands still: the first is where the box is, the second is one of its
// processes; its own child is left behind there, and the box's first process takes it.
// fork() at the end, so that whatever libraries do at a fork is done.
[[gnu::noinline]] bool copy_into_box(Guest& guest) {
  const pid_t visitor = ::vfork();
  if (visitor == 0) {
    require(guest, Step::cgroup_attach, enter_groups(guest));
    require(guest, Step::join, ::setns(guest.pidfd, kBoxNamespaces) == 0);
    const pid_t inmate = ::vfork();
    if (inmate == 0) {
      const pid_t copy = ::fork();
      if (copy == 0) return true;
      require(guest, Step::fork, copy > 0);
      guest.page->program.store(copy, std::memory_order_release);
      tell(guest, kJoined);
      ::_exit(0);
    }
    require(guest, Step::fork, inmate > 0);
    ::waitpid(inmate, nullptr, 0);
    ::_exit(0);
  }
  if (visitor < 0) guest.page->failure = {Step::fork, errno, 0}, tell(guest, kNotJoined);
  else ::waitpid(visitor, nullptr, 0);
  return false;
}

// Returns in copies only.
void be_zygote() {
  if (!find_extra_fds(given_fds, extra_fds)) ::_exit(126);
  move_code_to_huge_pages();
  if (::send(late_fd, &kZygoteIsReady, 1, MSG_NOSIGNAL) != 1) ::_exit(127);
  while (receive_offer()) {
    Guest guest;
    if (unpack(guest)) {
      if (copy_into_box(guest)) return become_program(guest);
      ::munmap(guest.page, sizeof(SharedPage));
    }
    close_received();
  }
  ::_exit(0);
}

// Not a trace of it for the program: /proc/self/environ shows the very bytes.
void remove_variable(const char* name) {
  const std::size_t size = std::strlen(name);
  char** kept = environ;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    if (std::strncmp(*entry, name, size) == 0 && (*entry)[size] == '=') std::memset(*entry, 0, std::strlen(*entry));
    else *kept++ = *entry;
  }
  *kept = nullptr;
}

void read_fds(const char* text) {
  for (char* rest = nullptr; *text != '\0'; text = rest) {
    const long fd = std::strtol(text, &rest, 10);
    if (rest == text || fd < 0 || fd > wire::kLastExtraFd) return;
    if (late_fd < 0) late_fd = static_cast<int>(fd);
    given_fds |= 1u << fd;
  }
}

[[gnu::constructor]] void load() {
  real_read = reinterpret_cast<ReadFn>(::dlsym(RTLD_NEXT, "read"));
  if (const char* fds = std::getenv(kForkPointVariable)) read_fds(fds);
  remove_variable(kForkPointVariable);
  remove_variable("LD_PRELOAD");
}

}  // namespace

extern "C" [[gnu::visibility("default")]] ssize_t read(int fd, void* bytes, std::size_t size) {
  if (fd == late_fd && fd >= 0) {
    be_zygote();
    late_fd = -1;
  }
  return real_read(fd, bytes, size);
}
