# Runs the program that waits at descriptor 3 as `ruby -e` would: at top level, as
# the file "-e". Beyond that, the value of its last expression goes to descriptor 4
# as its inspect, if the program has printed nothing: every Ruby statement has a
# value, and beside output it would be noise. RubyGems takes five times as long to
# start as Ruby itself and is loaded when something asks for it.
class << STDOUT
  # Is there until the first output, and so tells whether there was any.
  def write(*texts)
    singleton_class.remove_method(:write)
    write(*texts)
  end
end

module Kernel
  # RubyGems takes an original of this name for the one it builds upon.
  alias_method :gem_original_require, :require

  def require(path)
    begin
      return gem_original_require(path)
    rescue LoadError => error
      raise if error.path != path || !Object.autoload?(:Gem)
    end
    Gem
    require(path)
  end

  def gem(...)
    Gem
    gem(...)
  end

  private :gem_original_require, :require, :gem
end

# What RubyGems brings along.
autoload :Gem, 'rubygems'
autoload :Monitor, 'monitor'
autoload :MonitorMixin, 'monitor'
autoload :RbConfig, 'rbconfig'

lambda do
  own_process = Process.pid

  # Without the frames that lie under the program, and those of `require` above.
  trim = lambda do |lines|
    floor = lines.index { |line| line.start_with?('<collet>:') && !line.include?('require') }
    lines.first(floor || lines.size).reject { |line| line.start_with?('<collet>:') }
  end

  # The error goes on as if it came from `ruby -e`, which prints it.
  dress = lambda do |error|
    Kernel.require 'did_you_mean' if error.is_a?(NameError) || error.is_a?(KeyError)
    while error && (lines = error.backtrace)
      error.set_backtrace(trim.call(lines))
      error = error.cause
    end
  rescue Exception
    # A program may have made its errors unfit for this; then they stay as they are.
  end

  show = lambda do |value|
    next if value.nil? || Symbol === value || !STDOUT.singleton_methods(false).include?(:write)
    next if Process.pid != own_process
    text = value.inspect.encode('UTF-8', invalid: :replace, undef: :replace).scrub
    # Its full length in front: the reader sees by it what was left out.
    IO.open(4, 'wb') { |file| file.write("#{text.bytesize}\n", text.byteslice(0, 65_500)) }
  rescue Exception
    # No inspect, or the program closed descriptor 4: no result then.
  end

  # Gems that were installed for this program come before all others, in the versions
  # that were asked for.
  if File.exist?('/packages/specifications')
    ENV['GEM_PATH'] = "/packages#{File::PATH_SEPARATOR}"
    Dir['/packages/specifications/*.gemspec'].each do |file|
      Gem::Specification.load(file)&.activate
    rescue LoadError
      # Another version of it, or one that goes with that, is active.
    end
  end

  # Whoever starts this ahead of its program waits in `read`.
  STDOUT.sync = true
  IO.for_fd(4, 'wb', autoclose: false).close_on_exec = true
  TOPLEVEL_BINDING.eval('nil', '-e')
  source = IO.open(3, 'rb', &:read).force_encoding('UTF-8').delete_prefix("\u{FEFF}")
  begin
    show.call(TOPLEVEL_BINDING.eval(source, '-e'))
  rescue Exception => error
    lines = trim.call(error.backtrace || [])
    # `return` ends a program; inside `eval` it is an error.
    next if LocalJumpError === error && error.reason == :return && lines.size == 1
    # The program itself does not parse: its error is no place in it.
    if SyntaxError === error && lines.empty?
      warn error.message
      exit!(1)
    end
    dress.call(error)
    raise
  end
end.call
