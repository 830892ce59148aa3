# Class 24: a program that would be first, or make the process that ends it last.
check('its own priority is the normal one', os.nice(0) == 0, os.nice(0))
for step in (-1, -20, -39):
    refused('nice %d' % step, lambda: os.nice(step), errno.EPERM, errno.EACCES)
for process in (1, 1 + (1 << 32)):
    refused('slow process 1 down', lambda: syscall(141, 0, process, 19), errno.EPERM)
    refused('slow its group down', lambda: syscall(141, 1, process, 19), errno.EPERM)
    refused('idle scheduling for it', lambda: syscall(144, process, 5, ctypes.byref(ctypes.c_int(0))), errno.EPERM)
    refused('one processor for it', lambda: syscall(203, process, 8, ctypes.byref(ctypes.c_long(1))), errno.EPERM)
refused('slow all of its user down', lambda: syscall(141, 2, 0, 19), errno.EPERM)
check('process 1 is still ahead', os.getpriority(os.PRIO_PROCESS, 1) < 0, os.getpriority(os.PRIO_PROCESS, 1))
os.setpriority(os.PRIO_PROCESS, 0, 5)
check('it may slow itself down', os.nice(0) == 5)
print('done')
