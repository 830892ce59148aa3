# gem, without what it downloaded: that lies unpacked beside it.
require 'fileutils'
require 'rubygems/gem_runner'
begin
  Gem::GemRunner.new.run(ARGV)
ensure
  FileUtils.rm_rf('/out/cache')
end
