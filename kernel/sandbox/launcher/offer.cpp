// The box's side of getting a copy of a zygote. No heap.
#include "sandbox/launcher/offer.hpp"

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <ctime>

#include <linux/futex.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox/launcher/plan.hpp"

namespace collet::launcher {
namespace {

constexpr std::size_t kFdsMax = 2 + kControllers + 3 + wire::kInputsMax;
constexpr time_t kJoinSecondsMax = 5;

std::size_t collect_fds(const BoxPlan& plan, int pidfd, Offer& offer, int* fds) {
  std::size_t count = 0;
  fds[count++] = plan.page_fd;
  fds[count++] = pidfd;
  for (const int group : plan.box.cgroup_tasks) {
    if (group >= 0) fds[count++] = group, ++offer.groups;
  }
  if (plan.box.cgroup_v2_procs >= 0) fds[count++] = plan.box.cgroup_v2_procs, ++offer.groups;
  fds[count++] = plan.fds.out;
  fds[count++] = plan.fds.err;
  if (plan.fds.capture >= 0) fds[count++] = plan.fds.capture;
  for (std::uint32_t i = 0; i < plan.program.input_count; ++i) fds[count++] = plan.fds.inputs[i];
  return count;
}

// Waits while the zygote has much to read; its socket gives up after a while.
bool send(int socket, const Offer& offer, const int* fds, std::size_t count) {
  alignas(cmsghdr) char control[CMSG_SPACE(kFdsMax * sizeof(int))] = {};
  iovec bytes{const_cast<Offer*>(&offer), offsetof(Offer, filter) + offer.filter_count * sizeof(sock_filter)};
  msghdr message{};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = CMSG_SPACE(count * sizeof(int));
  cmsghdr* head = CMSG_FIRSTHDR(&message);
  head->cmsg_level = SOL_SOCKET;
  head->cmsg_type = SCM_RIGHTS;
  head->cmsg_len = CMSG_LEN(count * sizeof(int));
  std::memcpy(CMSG_DATA(head), fds, count * sizeof(int));
  return ::sendmsg(socket, &message, MSG_NOSIGNAL) >= 0;
}

}  // namespace

void offer_program(const BoxPlan& plan) {
  Offer offer;
  offer.program = plan.program;
  offer.filter_count = plan.box.filter.len;
  if (offer.filter_count > kFilterMax) errno = E2BIG, give_up(plan, Step::join);
  std::memcpy(offer.filter, plan.box.filter.filter, offer.filter_count * sizeof(sock_filter));
  const int self = static_cast<int>(::syscall(SYS_pidfd_open, ::getpid(), 0));
  if (self < 0) give_up(plan, Step::join);
  int fds[kFdsMax];
  const std::size_t count = collect_fds(plan, self, offer, fds);
  if (!send(plan.offers, offer, fds, count)) give_up(plan, Step::join);
  ::close(self);
}

void await_join(const BoxPlan& plan) {
  std::atomic<std::uint32_t>& state = plan.page->joining.state;
  const timespec patience{kJoinSecondsMax, 0};
  while (state.load(std::memory_order_acquire) == kOffered) {
    if (::syscall(SYS_futex, &state, FUTEX_WAIT, kOffered, &patience, nullptr, 0) < 0 && errno == ETIMEDOUT) {
      give_up(plan, Step::join);
    }
  }
  if (state.load(std::memory_order_acquire) != kJoined) ::_exit(125);  // the zygote has said why
}

}  // namespace collet::launcher
