# Classes 4, 5, 6, 27.
canary = ENV['HOST_CANARY']
[canary, '/etc/shadow', '/root', '/var', '/run', '/sys', '/opt', '/boot', '/home', '/.dockerenv', '/etc/machine-id'].each do |path|
  refused("stat #{path}", Errno::ENOENT) { File.stat(path) }
  refused("open #{path}", Errno::ENOENT) { File.open(path) }
  refused("enter #{path}", Errno::ENOENT) { Dir.chdir(path) }
end
check('nothing to glob', Dir.glob('/**/*canary*') == [], Dir.glob('/**/*canary*'))
open_now = Dir.children('/proc/self/fd').map(&:to_i).select { |fd| File.exist?("/proc/self/fd/#{fd}") }
kinds = open_now.to_h { |fd| [fd, File.readlink("/proc/self/fd/#{fd}")] }
check('descriptors lead nowhere', kinds.all? { |fd, to| fd < 3 || to =~ %r{memfd:input|\[eventfd\]|\[eventpoll\]|\[timerfd\]|^pipe:} }, kinds)
%w[environ mem maps auxv stack syscall io].each { |name| refused("/proc/1/#{name}") { File.read("/proc/1/#{name}", 1) } }
%w[kernel/core_pattern kernel/hostname kernel/randomize_va_space vm/overcommit_memory fs/suid_dumpable net/ipv4/ip_forward kernel/yama/ptrace_scope].each do |name|
  refused("set #{name}") { File.write("/proc/sys/#{name}", '1') }
end
(%w[/usr/lib/ruby/x /usr/bin/ruby /etc/passwd /dev/x /x /packages/x /cache/x] + ENV['HOST_READ_ONLY'].to_s.split).each do |path|
  refused("write #{path}", Errno::EROFS, Errno::EACCES, Errno::ETXTBSY, Errno::ENOENT) { File.write(path, 'x') }
  refused("remove #{path}") { File.unlink(path) }
  refused("mode of #{path}") { File.chmod(0777, path) }
end
refused('oom score', Errno::EACCES, Errno::EPERM) { File.write('/proc/self/oom_score_adj', '-1000') }
refused('maps of ids', Errno::EPERM, Errno::EACCES) { File.write('/proc/self/uid_map', '0 0 1') }
check('no secret in the environment', ENV.none? { |_, value| value.include?('sings') }, ENV.keys)
puts 'done'
