/* Class 17: calls that reach deep into the kernel, with arguments that would work. */
#include "prelude.h"
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <linux/perf_event.h>
#include <sys/personality.h>
#include <sys/prctl.h>

static const struct { const char* name; long number; } kCalls[] = {
  {"bpf", SYS_bpf}, {"userfaultfd", SYS_userfaultfd}, {"io_uring_setup", SYS_io_uring_setup}, {"io_uring_enter", SYS_io_uring_enter},
  {"io_uring_register", SYS_io_uring_register}, {"perf_event_open", SYS_perf_event_open}, {"open_by_handle_at", SYS_open_by_handle_at},
  {"name_to_handle_at", SYS_name_to_handle_at}, {"memfd_secret", 447}, {"kexec_load", SYS_kexec_load}, {"kexec_file_load", 320},
  {"init_module", SYS_init_module}, {"finit_module", SYS_finit_module}, {"delete_module", SYS_delete_module}, {"quotactl", SYS_quotactl},
  {"quotactl_fd", 443}, {"acct", SYS_acct}, {"reboot", SYS_reboot}, {"syslog", SYS_syslog}, {"adjtimex", SYS_adjtimex},
  {"clock_adjtime", SYS_clock_adjtime}, {"settimeofday", SYS_settimeofday}, {"clock_settime", SYS_clock_settime}, {"swapon", SYS_swapon},
  {"swapoff", SYS_swapoff}, {"vhangup", SYS_vhangup}, {"fanotify_init", SYS_fanotify_init}, {"fanotify_mark", SYS_fanotify_mark},
  {"move_pages", SYS_move_pages}, {"migrate_pages", SYS_migrate_pages}, {"mbind", SYS_mbind}, {"set_mempolicy", SYS_set_mempolicy},
  {"vmsplice", SYS_vmsplice}, {"process_mrelease", 448}, {"seccomp", SYS_seccomp}, {"landlock", 444}, {"remap_file_pages", SYS_remap_file_pages},
  {"io_setup", SYS_io_setup}, {"mq_open", SYS_mq_open}, {"msgget", SYS_msgget}, {"lookup_dcookie", SYS_lookup_dcookie}, {"nfsservctl", SYS_nfsservctl},
  {"setdomainname", SYS_setdomainname}, {"set_mempolicy_home_node", 450}, {"cachestat", 451}, {"map_shadow_stack", 453}, {"statmount", 457}, {"listmount", 458},
#ifdef __x86_64__
  {"iopl", SYS_iopl}, {"ioperm", SYS_ioperm}, {"modify_ldt", SYS_modify_ldt}, {"uselib", SYS_uselib}, {"_sysctl", SYS__sysctl}, {"ustat", SYS_ustat},
  {"sysfs", SYS_sysfs}, {"create_module", SYS_create_module}, {"get_kernel_syms", SYS_get_kernel_syms}, {"query_module", SYS_query_module},
#endif
};

int main(int argc, char** argv) {
  for (unsigned i = 0; i < sizeof kCalls / sizeof *kCalls; ++i) {
    REFUSED(kCalls[i].name, syscall(kCalls[i].number, 0, 0, 0, 0, 0, 0), EPERM, ENOSYS);
    REFUSED(kCalls[i].name, syscall(kCalls[i].number, -1l, -1l, -1l, -1l, -1l, -1l), EPERM, ENOSYS);
  }
  struct io_uring_params ring = {0};
  REFUSED("a ring", syscall(SYS_io_uring_setup, 4, &ring), EPERM, ENOSYS);
  union bpf_attr map = {.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};
  REFUSED("a map", syscall(SYS_bpf, BPF_MAP_CREATE, &map, sizeof map), EPERM, ENOSYS);
  struct perf_event_attr event = {.type = PERF_TYPE_SOFTWARE, .size = sizeof event, .exclude_kernel = 1};
  REFUSED("an event of its own", syscall(SYS_perf_event_open, &event, 0, -1, -1, 0), EPERM, ENOSYS);
  REFUSED("faults in user mode", syscall(SYS_userfaultfd, 1), EPERM, ENOSYS);
  for (const unsigned long* kind = (unsigned long[]){ADDR_NO_RANDOMIZE, READ_IMPLIES_EXEC, PER_LINUX32, MMAP_PAGE_ZERO, UNAME26, 0}; *kind; ++kind) {
    REFUSED("personality", personality(*kind), EPERM, ENOSYS);
  }
  for (const int* option = (int[]){PR_SET_SECCOMP, PR_SET_MM, PR_SET_UNALIGN, PR_SET_PTRACER, PR_TASK_PERF_EVENTS_DISABLE, PR_MCE_KILL, 62 /* core scheduling */, 0}; *option; ++option) {
    REFUSED("prctl", prctl(*option, 1, 0, 0, 0), EPERM, ENOSYS, EINVAL);
  }
  void* zero = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  check("nothing at address zero", zero == MAP_FAILED, errno);
  REFUSED("its own filter", syscall(SYS_seccomp, 1, 0, NULL), EPERM, ENOSYS);
  return done();
}
