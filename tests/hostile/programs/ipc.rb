# Class 37.
require 'socket'
%w[kernel/hostname kernel/domainname kernel/shmmni kernel/msgmax fs/file-max vm/overcommit_memory kernel/pid_max net/core/somaxconn].each do |name|
  refused("set #{name}") { File.write("/proc/sys/#{name}", '1') }
end
refused('host name') { syscall(170, 'evil', 4) }
made = []
begin
  made << File.open('/dev/null') while made.size < 100_000
rescue SystemCallError => problem
  check('descriptors have an end', problem.is_a?(Errno::EMFILE) && made.size < 256, made.size)
end
made.each(&:close)
ports = []
begin
  ports << TCPServer.new('127.0.0.1', 0) while ports.size < 100_000
rescue SystemCallError => problem
  check('listeners have an end', problem.is_a?(Errno::EMFILE), ports.size)
end
puts 'done'
