/* Class 16: what a keyring may hold of the host's. */
#include "prelude.h"
int main(int argc, char** argv) {
  for (long operation = 0; operation < 34; ++operation) REFUSED("keyctl", syscall(SYS_keyctl, operation, -3l, 0, 0, 0), EPERM, ENOSYS);
  for (long ring = -8; ring < 0; ++ring) {
    for (const char** kind = (const char*[]){"user", "keyring", "logon", "big_key", "asymmetric", NULL}; *kind; ++kind) {
      REFUSED(*kind, syscall(SYS_add_key, *kind, "x", "y", 1, ring), EPERM, ENOSYS);
      REFUSED(*kind, syscall(SYS_request_key, *kind, "x", NULL, ring), EPERM, ENOSYS);
    }
  }
  char text[8];
  for (const char** path = (const char*[]){"/proc/keys", "/proc/key-users", NULL}; *path; ++path) {
    const int fd = open(*path, O_RDONLY);
    check(*path, fd < 0 || read(fd, text, 8) == 0, fd);
    if (fd >= 0) close(fd);
  }
  return done();
}
