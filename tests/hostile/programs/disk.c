/* Class 3: calls that reserve room, and room that nobody can see. */
#include "prelude.h"
#include <sys/stat.h>
#include <sys/xattr.h>

int main(int argc, char** argv) {
  signal(SIGXFSZ, SIG_IGN);
  const long limit = 32 << 20;
  int fd = open("/work/x", O_CREAT | O_RDWR, 0600);
  REFUSED("fallocate beyond the limit", fallocate(fd, 0, 0, limit * 4), ENOSPC, EFBIG);
  REFUSED("fallocate, size kept", fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, limit * 4), ENOSPC, EFBIG);
  REFUSED("a write far out", pwrite(fd, "x", 1, 1l << 40), EFBIG, ENOSPC);
  REFUSED("truncate", ftruncate(fd, 1l << 40), EFBIG);
  long held = 0;
  for (int i = 0; i < 200; ++i) {  /* files without a name */
    const int file = open("/tmp", O_TMPFILE | O_RDWR, 0600);
    if (file < 0 || fallocate(file, 0, 0, 1 << 20) != 0) break;
    held += 1 << 20;
  }
  check("files without a name count", held <= limit, held);
  close_range(fd + 1, ~0u, 0);
  held = 0;
  for (int i = 0; i < 20000; ++i) {
    char name[20], value[4096] = {0};
    snprintf(name, sizeof name, "user.x%d", i);
    if (fsetxattr(fd, name, value, sizeof value, 0) != 0) break;
    held += sizeof value;
  }
  check("attributes have an end", held <= limit, held);
  REFUSED("a device", mknod("/work/d", S_IFBLK | 0600, (254 << 8)), EPERM, EACCES);
  REFUSED("a quota", syscall(SYS_quotactl, 0, "/dev/vda", 0, 0), EPERM, ENOSYS);
  return done();
}
