#include "cli/session.hpp"

#include "base/ids.hpp"
#include "base/text.hpp"
#include "config/keys.hpp"
#include "config/load.hpp"
#include "config/places.hpp"

namespace collet::cli {
namespace {

bool is_loopback(std::string_view url) {
  for (const std::string_view host : {"http://127.0.0.1", "http://localhost", "http://[::1]"}) {
    if (!url.starts_with(host)) continue;
    const std::string_view rest = url.substr(host.size());
    if (rest.empty() || rest.front() == ':' || rest.front() == '/') return true;
  }
  return false;
}

// The stored key opens this machine's server; it is sent to no other.
std::string key_for(const std::string& url) {
  const std::string given = config::environment("COLLET_API_KEY");
  if (!given.empty() || !is_loopback(url)) return given;
  return config::stored_key(load_settings("").value_or({}));
}

// Quiet, on a free port, open to this command alone.
void make_private(config::Settings& settings, bool needs_models) {
  config::KeySettings key;
  key.id = "command-line";
  key.key = "ck-" + base::random_hex(40);
  key.commands = {"*"};
  key.requests_per_minute = 100'000;
  key.tokens_per_minute = 1'000'000'000;
  settings.auth.keys = {key};
  settings.server.listen = "127.0.0.1:0";
  settings.server.tls = {};
  settings.log.level = "error";
  if (!needs_models) config::remove_provider(settings, "embedded");
}

/// The server's root: clients of the API are told a URL that ends with /v1.
Result<std::string> server_url(std::string url) {
  if (!url.starts_with("http://") && !url.starts_with("https://")) {
    return Error{Errc::invalid, "COLLET_URL: expected a URL such as http://127.0.0.1:8080, got \"" + base::shorten(url, 80) + "\""};
  }
  while (url.ends_with('/')) url.pop_back();
  if (url.ends_with("/v1")) url.resize(url.size() - 3);
  return url;
}

}  // namespace

Result<config::Settings> load_settings(const std::string& file) {
  if (!file.empty()) return config::load_file(file);
  const std::string named = config::environment("COLLET_CONFIG");
  return named.empty() ? Result<config::Settings>(config::defaults()) : config::load_file(named);
}

std::unique_ptr<Session> Session::open(const Hooks& hooks, Console& console, const SessionOptions& options, int& exit_code) {
  std::unique_ptr<Session> session(new Session);
  const std::string given = config::environment("COLLET_URL");
  if (!given.empty() && options.config_file.empty()) {
    const auto url = server_url(given);
    if (!url) {
      exit_code = console.fail(kUsage, url.error().message);
      return nullptr;
    }
    session->client_ = std::make_unique<Client>(hooks, *url, key_for(*url));
    return session;
  }
  auto settings = load_settings(options.config_file);
  if (!settings) {
    exit_code = console.fail(kUsage, settings.error().message);
    return nullptr;
  }
  make_private(*settings, options.needs_models);
  console.transient("starting a server");
  auto server = hooks.start_server(std::move(*settings));
  if (!server) {
    exit_code = console.fail(kFailed, "cannot start a server: " + server.error().message);
    return nullptr;
  }
  session->server_ = std::move(*server);
  session->client_ = std::make_unique<Client>(hooks, session->server_->url(), session->server_->key());
  return session;
}

Session::~Session() {
  client_.reset();
  if (!server_) return;
  server_->request_stop();
  server_->wait();
}

}  // namespace collet::cli
