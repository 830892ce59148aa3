# Class 38.
require 'socket'
require 'etc'
check('host name', Socket.gethostname == 'box', Socket.gethostname)
check('user', Etc.getpwuid.name == 'user', Etc.getpwuid.name)
check('addresses', Socket.ip_address_list.all? { |a| a.ipv4_loopback? || a.ipv6_loopback? }, Socket.ip_address_list)
check('links', Socket.getifaddrs.map(&:name).uniq == ['lo'], Socket.getifaddrs.map(&:name))
check('login', [nil, 'user'].include?(Etc.getlogin), Etc.getlogin)
%w[/etc/hostname /etc/machine-id /sys /var/lib].each { |path| check("no #{path}", !File.exist?(path)) }
host = File.basename(File.dirname(ENV['HOST_CANARY']))
texts = Dir.glob('/proc/{self,1,net}/*').select { |p| File.file?(p) && !%w[environ mem pagemap clear_refs].include?(File.basename(p)) }
found = texts.select { |p| begin; File.binread(p, 1 << 20).to_s.include?(host); rescue SystemCallError; false; end }
check('no path of the host', found == [], found)
puts 'done'
