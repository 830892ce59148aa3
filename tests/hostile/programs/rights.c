/* Class 15: becoming somebody. */
#include "prelude.h"
#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>

static int is_nobody_else(void) {
  uid_t r, e, s;
  getresuid(&r, &e, &s);
  return r == 1000 && e == 1000 && s == 1000;
}
static void exec_as(const char* path) {
  const int pid = fork();
  if (pid == 0) {
    execl(path, path, "-u", (char*)NULL);
    _exit(7);
  }
  int status = 0;
  waitpid(pid, &status, 0);
}
int main(int argc, char** argv) {
  if (argc > 1 && argv[1][0] == '-') return is_nobody_else() ? 0 : (write(1, "BAD gained\n", 11), 1);
  for (const int* id = (int[]){0, 1, 999, 1001, 65534, 200000, -1}; *id != -1; ++id) {
    REFUSED("setuid", syscall(SYS_setuid, *id), EPERM, EINVAL);
    REFUSED("setgid", syscall(SYS_setgid, *id), EPERM, EINVAL);
    REFUSED("setresuid", syscall(SYS_setresuid, *id, *id, *id), EPERM, EINVAL);
    REFUSED("setreuid", syscall(SYS_setreuid, *id, *id), EPERM, EINVAL);
    gid_t group = (gid_t)*id;
    REFUSED("setgroups", syscall(SYS_setgroups, 1, &group), EPERM, EINVAL);
    syscall(SYS_setfsuid, *id);
    check("setfsuid changes nothing", syscall(SYS_setfsuid, -1) == 1000, *id);
    REFUSED("chown", chown("/work", (uid_t)*id, (gid_t)*id), EPERM, EINVAL);
  }
  struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct all[2] = {{~0u, ~0u, ~0u}, {~0u, ~0u, ~0u}};
  REFUSED("capset", syscall(SYS_capset, &head, all), EPERM, ENOSYS);
  REFUSED("ambient", prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SYS_ADMIN, 0, 0), 0);
  REFUSED("securebits", prctl(PR_SET_SECUREBITS, 0), 0);
  check("no new rights", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1, 0);
  char buffer[1 << 16];
  const int from = open("/proc/self/exe", O_RDONLY), to = open("/work/own", O_CREAT | O_WRONLY, 0755);
  for (long got; (got = read(from, buffer, sizeof buffer)) > 0;) if (write(to, buffer, (size_t)got) < 0) return 9;
  close(to);
  chmod("/work/own", 06755);
  uint32_t capability[5] = {0x02000001, ~0u, 0, 0, 0};
  REFUSED("file capability", setxattr("/work/own", "security.capability", capability, sizeof capability, 0), EPERM, EOPNOTSUPP);
  REFUSED("trusted attribute", setxattr("/work/own", "trusted.x", "y", 1, 0), EPERM, EOPNOTSUPP);
  exec_as("/work/own");
  for (const char** path = (const char*[]){"/usr/bin/su", "/usr/bin/mount", "/usr/bin/passwd", "/usr/bin/newuidmap", "/usr/bin/sudo", "/usr/bin/pkexec", "/usr/lib/openssh/ssh-keysign", NULL}; *path; ++path) {
    struct stat about;
    if (stat(*path, &about) == 0) { close(0); exec_as(*path); check("still nobody else", is_nobody_else(), 0); }
  }
  return done();
}
