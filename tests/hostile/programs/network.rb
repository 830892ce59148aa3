# Classes 7, 8, 9.
require 'socket'
port = ENV['HOST_PORT'].to_i
gone = [Errno::ENETUNREACH, Errno::ECONNREFUSED, Errno::EHOSTUNREACH, Errno::EADDRNOTAVAIL, Errno::EACCES, Errno::EPERM]
%w[127.0.0.1 127.9.9.9 0.0.0.0 ::1 ::ffff:127.0.0.1 :: 192.0.2.1 198.51.100.7 203.0.113.9 2001:db8::1 169.254.0.1 10.255.255.1].each do |host|
  refused("connect to #{host}", *gone) { Socket.tcp(host, port, connect_timeout: 2) }
  refused("send to #{host}", *gone) { s = UDPSocket.new(host.include?(':') ? Socket::AF_INET6 : Socket::AF_INET); s.connect(host, 53); s.send('x', 0); raise Errno::ECONNREFUSED if host =~ /^(127|0|::)/ }
end
begin
  check('no name is found', false, Addrinfo.getaddrinfo('example.invalid', 443))
rescue SocketError => problem
  check('no name is found', true, problem.class)
end
refused('abstract socket of the host', Errno::ECONNREFUSED, Errno::EPERM, Errno::EAFNOSUPPORT) { UNIXSocket.new("\0" + ENV['HOST_ABSTRACT']) }
%w[/run/docker.sock /var/run/docker.sock /run/dbus/system_bus_socket /run/systemd/notify /tmp/.X11-unix/X0 /run/containerd/containerd.sock].each do |path|
  refused("socket #{path}", Errno::ENOENT, Errno::EAFNOSUPPORT) { UNIXSocket.new(path) }
end
{ vsock: 40, packet: 17, alg: 38, bluetooth: 31, can: 29, tipc: 30, xdp: 44, key: 15, rds: 21, mctp: 45 }.each do |name, family|
  [1, 2, 3, 5].each { |kind| refused("family #{name} #{kind}", Errno::EAFNOSUPPORT, Errno::EPERM) { Socket.new(family, kind, 0) } }
end
refused('raw', Errno::EPERM, Errno::EACCES) { Socket.new(:INET, :RAW, 1) }
refused('packets', Errno::EAFNOSUPPORT, Errno::EPERM) { Socket.new(17, 3, 0x0300) }
refused('a low port', Errno::EACCES, Errno::EPERM) { TCPServer.new('127.0.0.1', 22); raise Errno::EACCES }
puts 'done'
