// What a box opens for the server while it still may: nothing of it is left when the
// program starts.
#include "sandbox/launcher/plan.hpp"

#include <cerrno>
#include <cstdint>
#include <span>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "sandbox/launcher/tree_paths.hpp"

namespace collet::launcher {
namespace {

constexpr int kConnectionsWaiting = 64;

// The socket belongs to the box's net namespace whoever holds it, so the server
// can answer there without being there.
int open_gate() {
  const int gate = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (gate < 0) return -1;
  sockaddr_in here{};
  here.sin_family = AF_INET;
  here.sin_port = htons(wire::kGatePort);
  here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int yes = 1;
  ::setsockopt(gate, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (::bind(gate, reinterpret_cast<const sockaddr*>(&here), sizeof here) == 0 && ::listen(gate, kConnectionsWaiting) == 0) return gate;
  close_keeping_errno(gate);
  return -1;
}

// Closes them. False with errno.
bool hand_over(const BoxPlan& plan, std::uint32_t openings, std::span<const int> fds) {
  wire::Opened opened;
  opened.openings = openings;
  const int error = sandbox::send_message(plan.run_socket, {reinterpret_cast<const char*>(&opened), sizeof opened}, fds);
  for (const int fd : fds) ::close(fd);
  errno = error;
  return error == 0;
}

}  // namespace

// What belongs to no mount table can be mounted once, by anybody; so the next box gets
// another mount of the same files. From Linux 6.15 on that can be had while neither is
// mounted: then nothing is lost, whatever happens to this box. Before, only of one that is
// mounted: it goes out at once, for this box may fail later.
void add_kept_work(const BoxPlan& plan) {
  const bool is_new = plan.work < 0;
  const int work = is_new ? make_tmpfs(plan.tmpfs_bytes, plan.tmpfs_inodes) : plan.work;
  const int copy = work < 0 ? -1 : ::open_tree(work, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
  const int shown = copy >= 0 ? copy : work;
  const bool mounted = shown >= 0 && ::move_mount(shown, "", AT_FDCWD, "work", MOVE_MOUNT_F_EMPTY_PATH) == 0;
  require(plan, is_new ? Step::work_tmpfs : Step::work_folder, mounted);
  const int kept = copy >= 0 ? work : ::open_tree(AT_FDCWD, "work", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
  require(plan, Step::work_folder, kept >= 0 && hand_over(plan, wire::kWorkFolder, {&kept, 1}));
  ::close(shown);
  // An earlier program may have closed it even to itself.
  require(plan, Step::work_folder, ::chmod("work", 0755) == 0);
}

bool send_openings(const BoxPlan& plan, int out_folder) {
  const std::uint32_t openings = plan.spec->openings & ~static_cast<std::uint32_t>(wire::kWorkFolder);
  if (openings == 0) return true;
  int fds[2] = {};
  std::size_t count = 0;
  if ((openings & wire::kOutFolder) != 0) fds[count++] = out_folder;
  if ((openings & wire::kGate) != 0) {
    const int gate = open_gate();
    if (gate < 0) return false;
    fds[count++] = gate;
  }
  return hand_over(plan, openings, {fds, count});
}

}  // namespace collet::launcher
