/* Classes 7, 8, 9: every family and kind there is, and options that reach further. */
#include "prelude.h"
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

static void families(void) {
  for (int family = 0; family < 64; ++family) {
    if (family == AF_UNIX || family == AF_INET || family == AF_INET6 || family == AF_NETLINK) continue;
    char name[40];
    snprintf(name, sizeof name, "family %d", family);
    for (int type = 1; type <= 10; ++type) REFUSED(name, socket(family, type, 0), EAFNOSUPPORT, EPERM);
    REFUSED(name, syscall(SYS_socket, family | (1l << 32), SOCK_RAW, 0), EAFNOSUPPORT, EPERM, ENOSYS);
    int pair[2];
    REFUSED(name, socketpair(family, SOCK_STREAM, 0, pair), EAFNOSUPPORT, EPERM, ENOSYS, EOPNOTSUPP);
  }
  for (int protocol = 1; protocol < 24; ++protocol) REFUSED("netlink of another kind", socket(AF_NETLINK, SOCK_RAW, protocol), EAFNOSUPPORT, EPERM);
  for (int protocol = 0; protocol < 256; protocol += 17) {
    REFUSED("raw v4", socket(AF_INET, SOCK_RAW, protocol), EPERM, EACCES, EPROTONOSUPPORT, EINVAL);
    REFUSED("raw v6", socket(AF_INET6, SOCK_RAW, protocol), EPERM, EACCES, EPROTONOSUPPORT, EINVAL);
  }
  REFUSED("sctp, mptcp, smc", socket(AF_INET, SOCK_SEQPACKET, 132), 0);
}
/* What the interface to routes answers to a change. */
static int routed(int type, void* body, int size) {
  const int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
  char request[256] = {0}, answer[512] = {0};
  struct nlmsghdr* head = (struct nlmsghdr*)request;
  *head = (struct nlmsghdr){.nlmsg_len = (unsigned)NLMSG_LENGTH(size), .nlmsg_type = (unsigned short)type, .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE};
  memcpy(NLMSG_DATA(head), body, (size_t)size);
  if (send(fd, request, head->nlmsg_len, 0) < 0 || recv(fd, answer, sizeof answer, 0) < 0) return errno;
  close(fd);
  return -((struct nlmsgerr*)NLMSG_DATA((struct nlmsghdr*)answer))->error;
}
static void connect_to(const char* name, void* address, socklen_t size) {
  const int fd = socket(*(sa_family_t*)address, SOCK_STREAM, 0);
  REFUSED(name, connect(fd, address, size), ENETUNREACH, ECONNREFUSED, EHOSTUNREACH, EADDRNOTAVAIL, EACCES, EPERM, ENOENT, EBADF);
  struct iovec io = {"x", 1};
  struct msghdr message = {.msg_name = address, .msg_namelen = size, .msg_iov = &io, .msg_iovlen = 1};
  signal(SIGPIPE, SIG_IGN);
  REFUSED(name, sendmsg(fd, &message, MSG_FASTOPEN), 0);
  close(fd);
}
int main(int argc, char** argv) {
  families();
  struct ifinfomsg link = {.ifi_family = AF_UNSPEC, .ifi_index = 1, .ifi_change = IFF_UP};
  check("the loopback cannot be taken down", routed(RTM_NEWLINK, &link, sizeof link) == EPERM, 0);
  struct rtmsg route = {.rtm_family = AF_INET, .rtm_table = RT_TABLE_MAIN, .rtm_type = RTN_UNICAST};
  check("no route can be added", routed(RTM_NEWROUTE, &route, sizeof route) == EPERM, 0);
  struct sockaddr_in loopback = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(getenv("HOST_PORT"))), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  connect_to("loopback of the host", &loopback, sizeof loopback);
  struct sockaddr_un abstract = {.sun_family = AF_UNIX};
  strcpy(abstract.sun_path + 1, getenv("HOST_ABSTRACT"));
  connect_to("abstract socket of the host", &abstract, (socklen_t)(sizeof(sa_family_t) + 1 + strlen(abstract.sun_path + 1)));
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  REFUSED("bind to a device", setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "eth0", 5), EPERM, ENODEV);
  int one = 1;
  REFUSED("larger buffers by force", setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &one, sizeof one), EPERM);
  REFUSED("a mark", setsockopt(fd, SOL_SOCKET, SO_MARK, &one, sizeof one), EPERM);
  REFUSED("transparent", setsockopt(fd, SOL_IP, IP_TRANSPARENT, &one, sizeof one), EPERM);
  REFUSED("another's namespace", ioctl(fd, 0x894C, &one), EPERM, ENOSYS);
  return done();
}
