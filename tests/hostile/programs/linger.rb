# Classes 20, 21.
deaf = (1..64).map { |n| n unless [9, 19, 4, 8, 11, 7, 26, 32, 33].include?(n) }.compact
case ARGV[0]
when 'deaf' then deaf.each { |n| trap(n) {} rescue nil } and loop { sleep 0.1 }
when 'at_exit' then at_exit { sleep } and exit
when 'stopped' then Process.kill(:STOP, 0)
when 'ensure' then begin; sleep; ensure; loop {} ; end
when 'child_holds' then fork { trap(:TERM, 'IGNORE'); sleep } and Process.wait
end
