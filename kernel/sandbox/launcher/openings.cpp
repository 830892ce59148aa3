// What a box opens for the server while it still may: nothing of it is left when the
// program starts.
#include "sandbox/launcher/plan.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

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

}  // namespace

bool send_openings(const BoxPlan& plan, int out_folder) {
  wire::Opened opened;
  opened.openings = plan.spec->openings;
  if (opened.openings == 0) return true;
  int fds[2] = {};
  std::size_t count = 0;
  if ((opened.openings & wire::kOutFolder) != 0) fds[count++] = out_folder;
  if ((opened.openings & wire::kGate) != 0) {
    const int gate = open_gate();
    if (gate < 0) return false;
    fds[count++] = gate;
  }
  const int error = sandbox::send_message(plan.run_socket, {reinterpret_cast<const char*>(&opened), sizeof opened}, {fds, count});
  for (std::size_t i = 0; i < count; ++i) ::close(fds[i]);
  errno = error;
  return error == 0;
}

}  // namespace collet::launcher
