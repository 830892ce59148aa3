# Class 3: files, folders, links, long names.
Signal.trap('XFSZ', 'IGNORE')
full = [Errno::ENOSPC, Errno::EFBIG]
def until_refused(name, most, *errors)
  made = 0
  begin
    while made <= most
      yield made
      made += 1
    end
    check(name, false, made)
  rescue SystemCallError => problem
    check(name, errors.any? { |e| problem.is_a?(e) }, made)
  end
end
refused('a big file', *full) { File.open('/work/big', 'wb') { |f| 200.times { f.write('x' * (1 << 20)) } } }
File.unlink('/work/big')
until_refused('folders', 100_000, *full) { |i| Dir.mkdir("/work/d#{i}") }
100_000.times { |i| Dir.rmdir("/work/d#{i}") rescue break }
until_refused('links', 100_000, *full) { |i| File.symlink('x' * 200, "/tmp/l#{i}") }
100_000.times { |i| File.unlink("/tmp/l#{i}") rescue break }
File.write('/tmp/one', 'x')
until_refused('hard links', 100_000, *full, Errno::EMLINK) { |i| File.link('/tmp/one', "/tmp/h#{i}") }
puts 'done'
