# Class 22.
case ARGV[0]
when 'daemon' then fork { Process.daemon(true, true); sleep 60 }
when 'detach' then 10.times { Process.detach(spawn('/bin/sleep', '60', pgroup: true)) }
when 'popen' then IO.popen(['/bin/sleep', '60'])
end
sleep 0.05
puts 'done'
