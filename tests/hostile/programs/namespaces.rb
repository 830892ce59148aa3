# Class 13, 14, 16, 17 by number (x86-64).
denied = [Errno::EPERM, Errno::ENOSYS]
calls = { unshare: 272, setns: 308, clone3: 435, mount: 165, umount2: 166, pivot_root: 155, chroot: 161, move_mount: 429, fsopen: 430, fsmount: 432,
          open_tree: 428, mount_setattr: 442, keyctl: 250, add_key: 248, request_key: 249, bpf: 321, userfaultfd: 323, io_uring_setup: 425,
          io_uring_register: 427, perf_event_open: 298, memfd_secret: 447, ptrace: 101, kexec_load: 246, init_module: 175, finit_module: 313,
          quotactl: 179, syslog: 103, sethostname: 170, swapon: 167, reboot: 169, iopl: 172, ioperm: 173, acct: 163, fanotify_init: 300,
          pidfd_getfd: 438, process_madvise: 440, landlock_create_ruleset: 444, cachestat: 451, statmount: 457, listmount: 458, lsm_get_self_attr: 459 }
if RUBY_PLATFORM.include?('x86_64')
  calls.each { |name, number| refused(name, *denied) { syscall(number, 0, 0, 0, 0, 0) } }
  (460..470).each { |number| refused("call #{number} of later kernels", *denied) { syscall(number, 0, 0, 0) } }
  [-1, 1 << 20, 511, 0x3fffffff].each { |number| refused("call #{number} that is none", *denied) { syscall(number, 0) } }
end
refused('mknod') { system('/usr/bin/mknod', '/work/x', 'b', '8', '0', err: File::NULL) || raise(Errno::EPERM) }
puts 'done'
