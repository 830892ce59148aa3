/* Classes 4, 5, 6, 27: calls that find files without their name, or keep them open. */
#include "prelude.h"
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/vfs.h>

static void proc_of_the_first(void) {
  const char* names[] = {"environ", "mem", "maps", "smaps", "stack", "auxv", "syscall", "pagemap", "clear_refs", "cwd/etc/shadow", "root/etc/shadow", "exe", "fd/0", "task/1/mem", "map_files", "ns/mnt"};
  for (unsigned i = 0; i < sizeof names / sizeof *names; ++i) {
    char path[80], piece[8];
    snprintf(path, sizeof path, "/proc/1/%s", names[i]);
    const int fd = open(path, O_RDONLY);
    const long got = fd < 0 ? -1 : read(fd, piece, sizeof piece);
    check(path, got <= 0, got);
  }
}
int main(int argc, char** argv) {
  const char* canary = getenv("HOST_CANARY");
  for (int fd = 3; fd < 4096; ++fd) { if (fcntl(fd, F_GETFD) >= 0) check("a descriptor is open", 0, fd); }
  check("three descriptors", fcntl(0, F_GETFD) >= 0 && fcntl(1, F_GETFD) >= 0 && fcntl(2, F_GETFD) >= 0, 3);
  REFUSED("the canary", open(canary, O_RDONLY), ENOENT);
  REFUSED("its place", open(canary, O_PATH), ENOENT);
  char path[400];
  snprintf(path, sizeof path, "/proc/self/root/../../../../../..%s", canary);
  REFUSED("above the root", open(path, O_RDONLY), ENOENT, EACCES);
  const int root = open("/", O_PATH);
  struct open_how how = {.flags = O_RDONLY};
  REFUSED("openat2", syscall(SYS_openat2, root, canary, &how, sizeof how), ENOENT);
  REFUSED("openat2 in the root", (how.resolve = RESOLVE_IN_ROOT, syscall(SYS_openat2, root, canary, &how, sizeof how)), ENOENT);
  char handle[128] = {64};
  int mount = 0;
  REFUSED("a handle", syscall(SYS_name_to_handle_at, root, "usr", handle, &mount, 0), EPERM, ENOSYS);
  REFUSED("by handle", syscall(SYS_open_by_handle_at, root, handle, O_RDONLY), EPERM, ENOSYS);
  /* Walk up from a folder that is moved away meanwhile. */
  mkdir("/work/a", 0755);
  mkdir("/work/a/b", 0755);
  const int inner = open("/work/a/b", O_RDONLY | O_DIRECTORY);
  fchdir(inner);
  rename("/work/a/b", "/tmp/b");
  char up[200] = "";
  for (int i = 0; i < 40; ++i) strcat(up, "../");
  chdir(up);
  struct stat here, there;
  stat(".", &here);
  stat("/", &there);
  check("up leads to the root of the box", here.st_ino == there.st_ino && here.st_dev == there.st_dev, 0);
  proc_of_the_first();
  for (const char** name = (const char*[]){"/usr/bin/env", "/etc/passwd", "/proc/self/exe", "/", "/dev/null.x", "/packages", NULL}; *name; ++name) {
    REFUSED(*name, open(*name, O_WRONLY | O_APPEND), 0);
    REFUSED(*name, truncate(*name, 0), 0);
    REFUSED(*name, chmod(*name, 04777), 0);
    REFUSED(*name, chown(*name, 1000, 1000), 0);
    REFUSED(*name, utimensat(AT_FDCWD, *name, NULL, 0), 0);
    REFUSED(*name, rename(*name, "/work/mine"), 0);
    REFUSED(*name, link(*name, "/work/mine"), 0);
  }
  void* code = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, open("/usr/bin/env", O_RDONLY), 0);
  check("no shared, writable mapping of the image", code == MAP_FAILED, errno);
  return done();
}
