# Classes 11-17: calls that change the world outside.
import struct
NULL = ctypes.c_void_p(0)
denied = (errno.EPERM, errno.ENOSYS)

numbers = dict(ptrace=101, process_vm_readv=310, process_vm_writev=311, pidfd_getfd=438, kcmp=312, unshare=272, setns=308,
               clone3=435, mount=165, umount2=166, move_mount=429, fsopen=430, fsmount=432, open_tree=428, mount_setattr=442,
               pivot_root=155, chroot=161, keyctl=250, add_key=248, request_key=249, bpf=321, userfaultfd=323, io_uring_setup=425,
               io_uring_enter=426, perf_event_open=298, open_by_handle_at=304, name_to_handle_at=303, memfd_secret=447,
               kexec_load=246, kexec_file_load=320, init_module=175, finit_module=313, delete_module=176, quotactl=179,
               acct=163, swapon=167, swapoff=168, reboot=169, syslog=103, settimeofday=164, clock_settime=227, sethostname=170,
               setdomainname=171, ioperm=173, iopl=172, modify_ldt=154, fanotify_init=300, lookup_dcookie=212, vhangup=153,
               process_madvise=440, move_pages=279, migrate_pages=256, uselib=134, sysfs=139, ustat=136, seccomp=317,
               landlock_create_ruleset=444, io_setup=206, msgget=68, mq_open=240)
for name, number in numbers.items():
    refused(name, lambda: syscall(number, 0, 0, 0, 0, 0), *denied)

for request in (0x5412, 0x5412 + (1 << 32), 0x541C, 0x541C + (1 << 40)):
    refused('ioctl %#x' % request, lambda: syscall(16, 0, request, ctypes.create_string_buffer(b'x')), errno.EPERM)
refused('/dev/tty', lambda: open('/dev/tty'), errno.ENOENT, errno.ENXIO)
refused('/dev/ptmx', lambda: open('/dev/ptmx'), errno.ENOENT)
for flag in (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000):
    refused('clone %#x' % flag, lambda: syscall(56, flag | 17, 0, 0, 0, 0), errno.EPERM)
for mode, name in ((0o60666, 'block'), (0o20666, 'character')):
    refused('mknod ' + name, lambda: os.mknod('/work/device', mode, os.makedev(1, 1)), errno.EPERM, errno.EACCES)
refused('personality', lambda: syscall(135, 0x0040000), *denied)
refused('limits of the reaper', lambda: syscall(302, 1, 7, NULL, NULL), errno.EPERM)
for pid in (1, os.getppid()):
    refused('pidfd_getfd of %d' % pid, lambda: syscall(438, os.pidfd_open(pid), 0, 0), errno.EPERM)
unlimited = ctypes.create_string_buffer(b'\xff' * 16)
for limit in (0, 1, 4, 6, 7, 8, 12, 14):
    refused('raise limit %d' % limit, lambda: syscall(302, 0, limit, unlimited, NULL), errno.EPERM)
refused('nice', lambda: os.setpriority(os.PRIO_PROCESS, 0, -20), errno.EPERM, errno.EACCES)
refused('real time', lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)), errno.EPERM)
libc.mlock.argtypes = (ctypes.c_void_p, ctypes.c_size_t)
block = ctypes.create_string_buffer(4 << 20)
check('mlock', libc.mlock(block, 4 << 20) != 0)
status = open('/proc/self/status').read()
for line in ('CapInh:\t' + '0' * 16, 'CapPrm:\t' + '0' * 16, 'CapEff:\t' + '0' * 16, 'CapBnd:\t' + '0' * 16, 'CapAmb:\t' + '0' * 16,
             'NoNewPrivs:\t1', 'Seccomp:\t2'):
    check(line, line in status)
refused('take uid 0', lambda: os.setuid(0), errno.EPERM, errno.EINVAL)
refused('take gid 0', lambda: os.setgid(0), errno.EPERM, errno.EINVAL)
refused('take groups', lambda: os.setgroups([0]), errno.EPERM, errno.EINVAL)
refused('chown', lambda: os.chown('/work', 0, 0), errno.EPERM, errno.EINVAL)
os.close(os.open('/work/suid', os.O_CREAT | os.O_WRONLY, 0o755))
os.chmod('/work/suid', 0o6755)
refused('set a file capability', lambda: os.setxattr('/work/suid', 'security.capability', struct.pack('<5I', 0x02000001, 0xffffffff, 0, 0, 0)),
        errno.EPERM, errno.EOPNOTSUPP)
for program in ('/usr/bin/su', '/usr/bin/mount', '/usr/bin/passwd', '/usr/bin/chsh', '/usr/bin/newgrp'):
    if not os.path.exists(program):
        continue
    pid = os.fork()
    if pid == 0:
        null = os.open('/dev/null', os.O_RDWR)
        os.dup2(null, 0), os.dup2(null, 1), os.dup2(null, 2)
        os.execv(program, [program, '--version'])
    os.waitpid(pid, 0)
check('a set-uid program changes nothing', os.getresuid() == (1000, 1000, 1000) and os.getresgid() == (1000, 1000, 1000))
os.sync()
check('sync does nothing', True)
print('done')
