/* Class 11: typing for somebody else. */
#include "prelude.h"
#include <sys/ioctl.h>
#include <termios.h>

int main(int argc, char** argv) {
  for (const char** path = (const char*[]){"/dev/tty", "/dev/console", "/dev/tty0", "/dev/tty1", "/dev/ptmx", "/dev/pts/0", "/dev/vcs", "/dev/ttyS0", NULL}; *path; ++path) {
    REFUSED(*path, open(*path, O_RDWR), ENOENT, ENXIO, EACCES, EPERM);
  }
  for (int fd = 0; fd < 3; ++fd) {
    char letter = 'x';
    for (unsigned long high = 0; high < 4; ++high) {
      REFUSED("TIOCSTI", syscall(SYS_ioctl, fd, TIOCSTI | high << 32, &letter), EPERM);
      REFUSED("TIOCLINUX", syscall(SYS_ioctl, fd, 0x541C | high << 33, &letter), EPERM);
    }
    REFUSED("TIOCSCTTY", ioctl(fd, TIOCSCTTY, 1), 0);
    REFUSED("TIOCCONS", ioctl(fd, TIOCCONS, 0), 0);
    REFUSED("TIOCSETD", ioctl(fd, TIOCSETD, &(int){2}), 0);
    check("no terminal", isatty(fd) == 0, fd);
  }
  check("a session of its own", getsid(0) > 0 && getpgrp() == getsid(0), getsid(0));
  REFUSED("a pseudo terminal", posix_openpt(O_RDWR), 0);
  return done();
}
