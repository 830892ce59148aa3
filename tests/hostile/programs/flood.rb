# Class 19.
case ARGV[0]
when 'out' then loop { $stdout.write('x' * 100_000) }
when 'threads' then 8.times.map { |i| Thread.new { loop { (i.odd? ? $stdout : $stderr).write("#{i}" * 5000) } } }.each(&:join)
when 'binary' then loop { $stdout.syswrite(Random.bytes(65_536)) }
end
