# Class 15, 24.
[0, 1, 65534, 1001].each do |id|
  %w[setuid setgid seteuid setegid].each { |name| refused("#{name} #{id}", Errno::EPERM, Errno::EINVAL) { Process::Sys.send(name, id) } }
  refused("chown #{id}", Errno::EPERM, Errno::EINVAL) { File.chown(id, id, '/work') }
end
refused('groups', Errno::EPERM, Errno::EINVAL) { Process.groups = [0] }
refused('initgroups') { Process.initgroups('root', 0) }
unlimited = Process::RLIM_INFINITY
%i[CORE NOFILE NPROC FSIZE CPU MEMLOCK MSGQUEUE RTPRIO NICE SIGPENDING].each { |name| refused("limit #{name}", Errno::EPERM) { Process.setrlimit(name, unlimited, unlimited) } }
[-1, -20].each { |value| refused("priority #{value}", Errno::EACCES, Errno::EPERM) { Process.setpriority(Process::PRIO_PROCESS, 0, value) } }
check('nobody new', [Process.uid, Process.euid, Process.gid, Process.egid] == [1000] * 4)
puts 'done'
