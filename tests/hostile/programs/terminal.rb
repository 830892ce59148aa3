# Class 11.
TIOCSTI = 0x5412
[TIOCSTI, 0x541C, 0x540E, 0x541D].each { |request| refused("ioctl #{request.to_s(16)}", Errno::EPERM, Errno::ENOSYS, Errno::ENOTTY) { $stdout.ioctl(request, 'x') } }
[TIOCSTI + (1 << 32), TIOCSTI + (1 << 62)].each { |request| refused("high bits #{request.to_s(16)}", Errno::EPERM) { syscall(16, 1, request, 'x') } }
%w[/dev/tty /dev/console /dev/ptmx /dev/pts].each { |path| refused(path, Errno::ENOENT, Errno::ENXIO) { File.open(path) } }
require 'pty'
refused('a pseudo terminal') { PTY.open rescue raise(Errno::ENOENT) }
puts 'done'
