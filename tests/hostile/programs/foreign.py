# Class 18: the same machine through another door. argv[1]: i386 or x32.
import mmap
if sys.argv[1] == 'x32':
    print('about to', flush=True)
    libc.syscall(ctypes.c_long(0x40000000 + 39))
else:
    # mov eax, 20 (getpid); int 0x80; ret
    area = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    area.write(b'\xb8\x14\x00\x00\x00\xcd\x80\xc3')
    function = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(area)))
    print('about to', flush=True)
    function()
print('BAD survived')
