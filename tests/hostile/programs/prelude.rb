# Put in front of every program: a way to try something and say how it went.
$stdout.sync = true

def check(name, ok, seen = '')
  puts "#{ok ? 'ok  ' : 'BAD '} #{name} #{seen}"
end

# The block must fail with one of these errors (any, when none is given).
def refused(name, *errors)
  result = yield
  check(name, false, "worked: #{result.inspect[0, 100]}")
rescue SystemCallError, IOError => problem
  check(name, errors.empty? || errors.any? { |e| problem.is_a?(e) }, problem.class)
end

