# Where gem gets packages from. Arguments: descriptors of its configuration files, the
# strongest last. A source that they name has a "!" in front.
files = ARGV.map do |fd|
  "/tmp/gemrc-#{fd}".tap { |file| File.write(file, IO.for_fd(fd.to_i, autoclose: false).read) }
end
ENV['GEMRC'] = files.join(File::PATH_SEPARATOR)
require 'rubygems'
require 'rubygems/remote_fetcher'

# What gem would ask for first: the host of an index need not be that of its source.
hosts = []
Gem::RemoteFetcher.fetcher.define_singleton_method(:fetch_path) do |uri, *|
  hosts << "#{uri.host}:#{uri.port}"
  raise Gem::RemoteFetcher::FetchError.new('not asked', uri)
end

mark = '!' if Gem.configuration.sources
Gem.sources.each_source do |source|
  puts "#{mark}#{source.uri}"
  source.dependency_resolver_set unless mark
end
puts hosts.uniq
puts Gem.configuration.ssl_ca_cert if Gem.configuration.ssl_ca_cert
