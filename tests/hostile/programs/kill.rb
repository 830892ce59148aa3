# Class 23.
host = ENV['HOST_PID'].to_i
(1..64).each { |n| begin; trap(n) {}; rescue ArgumentError, Errno::EINVAL; end }
%w[TERM KILL STOP INT HUP SEGV].each do |name|
  Process.kill(name, 1)
  Process.kill(name, Process.ppid)
  refused("the host by #{name}", Errno::ESRCH, Errno::EPERM) { Process.kill(name, host) }
  refused("its group by #{name}", Errno::ESRCH, Errno::EPERM) { Process.kill(name, -host) }
end
child = fork { sleep }
Process.kill(:KILL, -1)
check('its own child was hit', Process.wait2(child)[1].signaled?)
puts 'done'
