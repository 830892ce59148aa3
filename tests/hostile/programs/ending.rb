# Class 29.
case ARGV[0]
when 'exit' then exit!(3)
when 'raise' then raise 'x'
when 'abort' then Process.kill(:ABRT, $$) and sleep
when 'deep' then def f(n) = f(n + 1) + 1
                 f(0)
when 'thread' then Thread.new { exit!(4) }.join
when 'segv' then Process.kill(:KILL, $$) and sleep
when 'closed' then [$stdin, $stdout, $stderr].each(&:close) and exit!(5)
when 'stdout' then STDOUT.close
end
