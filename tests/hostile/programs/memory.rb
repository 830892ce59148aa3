# Class 2.
held = []
case ARGV[0]
when 'strings' then loop { held << 'x' * (1 << 20) }
when 'symbols' then (0..).each { |i| "symbol-#{'x' * 200}#{i}".to_sym.then { |s| held << s } }
when 'file' then File.open('/dev/shm/x', 'wb') { |f| loop { f.write('x' * (1 << 20)) } }
when 'children' then 30.times { fork { x = 'x' * (8 << 20); sleep } } and sleep
end
