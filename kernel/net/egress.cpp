// What a stranger may name is checked three times: the URL by the rules, the address right
// before it is connected to, and both again for every redirect.
#include "net/egress.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>

#include "base/text.hpp"
#include "net/curl_client.hpp"
#include "net/egress_cache.hpp"
#include "net/curl_url.hpp"
#include "net/inflate.hpp"
#include "net/public_address.hpp"

namespace collet::net {
namespace {

namespace asio = boost::asio;
using base::EgressAnswer;
using base::find_header;

constexpr std::string_view kCredentials[] = {"authorization", "cookie", "proxy-authorization"};
// Of the connection, or what the address that was checked would not answer for.
constexpr std::string_view kOurs[] = {"host", "connection", "keep-alive", "proxy-connection", "proxy-authorization",
                                      "te", "trailer", "upgrade", "accept-encoding"};
constexpr std::size_t kHeadersMax = 64;
constexpr std::uint64_t kSlackBytes = 1u << 20;

template <std::size_t count>
bool is_among(const std::string_view (&names)[count], std::string_view name) {
  return std::ranges::any_of(names, [&](std::string_view one) { return base::equals_ignoring_case(one, name); });
}

bool is_redirect(int status) { return status == 301 || status == 302 || status == 303 || status == 307 || status == 308; }

Result<void> refuse_private(const asio::ip::address& address, std::uint16_t port) {
  if (is_public(address)) return {};
  return Error{Errc::denied, address.to_string() + " is not a public address; an operator who means it names HOST:" + std::to_string(port) + " under egress.allow_private"};
}

/// One loop's connections. Those to hosts that the operator has named are not mixed with others.
struct Clients {
  explicit Clients(asio::io_context& io) : to_public(make_curl_client(io, options(true))), to_named(make_curl_client(io, options(false))) {}
  static HttpClientOptions options(bool guarded) {
    HttpClientOptions options;
    if (guarded) options.address_guard = refuse_private;
    options.decodes = false;
    return options;
  }
  std::unique_ptr<base::HttpClient> to_public;
  std::unique_ptr<base::HttpClient> to_named;
};

class GuardedEgress final : public base::Egress {
 public:
  explicit GuardedEgress(const config::EgressSettings& settings) : settings_(settings), cache_(static_cast<std::uint64_t>(settings.cache_bytes_max)) {}

  asio::awaitable<EgressAnswer> fetch(asio::io_context& io, base::EgressRequest request, base::EgressEvents events, base::CancelToken cancel) override;

  const config::EgressSettings& settings() const { return settings_; }
  EgressCache* cache() { return settings_.cache_bytes_max > 0 ? &cache_ : nullptr; }
  Clients& clients(asio::io_context& io) {
    const std::lock_guard lock(mutex_);
    auto& clients = clients_[&io];
    if (!clients) clients = std::make_unique<Clients>(io);
    return *clients;
  }

 private:
  const config::EgressSettings settings_;
  EgressCache cache_;
  std::mutex mutex_;
  std::map<asio::io_context*, std::unique_ptr<Clients>> clients_;
};

/// One request with its redirects. [request-thread]
class Fetch {
 public:
  Fetch(GuardedEgress& egress, asio::io_context& io, base::EgressRequest request, base::EgressEvents events, base::CancelToken cancel)
      : egress_(egress), clients_(egress.clients(io)), request_(std::move(request)), events_(std::move(events)), cancel_(std::move(cancel)) {}

  asio::awaitable<EgressAnswer> run() {
    answer_.status = prepare();
    const int most = egress_.settings().redirects_max;
    for (int hop = 0; answer_.status; ++hop) {
      const bool is_last = co_await take_hop();
      if (is_last) break;
      if (hop == most) answer_.status = Error{Errc::limit, "more than " + std::to_string(most) + " redirects (egress.redirects_max); the last led to " + url_.text};
    }
    co_return std::move(answer_);
  }

 private:
  Result<void> prepare();
  Result<bool> is_named() const;
  Result<bool> decide();
  asio::awaitable<bool> take_hop();
  asio::awaitable<Result<void>> read_body(base::HttpExchange& exchange);
  Result<void> take_piece(std::string& piece);
  bool follow(const base::HttpHead& head);
  void go_to(EgressUrl next, int status);
  void use(const CachedAnswer& cached);
  void tidy_head();
  std::string cache_key() const { return request_.cache_scope + "\n" + url_.text + "\n" + std::string(find_header(request_.http.headers, "accept")); }

  GuardedEgress& egress_;
  Clients& clients_;
  base::EgressRequest request_;
  base::EgressEvents events_;
  base::CancelToken cancel_;
  EgressUrl url_;
  EgressAnswer answer_;
  std::uint64_t body_bytes_ = 0;
};

Result<void> Fetch::prepare() {
  base::HttpRequest& http = request_.http;
  const config::EgressSettings& settings = egress_.settings();
  if (http.headers.size() > kHeadersMax) return Error{Errc::invalid, "the request has more than " + std::to_string(kHeadersMax) + " headers"};
  for (const auto& [name, value] : http.headers) {
    if (is_among(kOurs, name)) return Error{Errc::invalid, "the header " + base::shorten(base::repair_utf8(name), 60) + " belongs to the host, not to a plugin"};
  }
  if (std::cmp_greater(http.body.size(), settings.request_bytes_max)) {
    return Error{Errc::invalid, "the body has " + std::to_string(http.body.size()) + " bytes; at most " + std::to_string(settings.request_bytes_max) + " are sent (egress.request_bytes_max)"};
  }
  http.timeouts.connect_ms = settings.connect_timeout_ms;
  http.timeouts.first_byte_ms = http.timeouts.total_ms;
  http.timeouts.idle_ms = settings.idle_timeout_ms;
  const auto most = static_cast<std::uint64_t>(settings.response_bytes_max);
  http.response_bytes_max = http.response_bytes_max == 0 ? most : std::min(http.response_bytes_max, most);
  auto url = parse_egress_url(http.url);
  if (!url) {
    if (events_.decided) events_.decided({"", 0, false, url.error().message});
    return std::move(url).error();
  }
  url_ = std::move(*url);
  return {};
}

// By the operator, as HOST:PORT: it may lead anywhere.
Result<bool> Fetch::is_named() const {
  const auto& hosts = request_.hosts;
  if (!hosts.empty() && std::ranges::none_of(hosts, [&](const auto& pattern) { return fits_host(pattern, url_.host); })) {
    return Error{Errc::denied, url_.host + " is no host that this plugin may reach, by its manifest or plugins.grants; these are " + base::join(hosts, ", ")};
  }
  const std::string target = url_.host + ":" + std::to_string(url_.port);
  if (std::ranges::any_of(egress_.settings().allow_private, [&](const auto& named) { return base::to_lower(named) == target; })) return true;
  const auto& ports = egress_.settings().ports;
  if (std::ranges::find(ports, std::to_string(url_.port)) != ports.end()) return false;
  return Error{Errc::denied, "port " + std::to_string(url_.port) + " is none of " + base::join(ports, ", ") + " (egress.ports)"};
}

Result<bool> Fetch::decide() {
  auto named = is_named();
  // What the guard says of the address is told when it has been asked.
  if (!named && events_.decided) events_.decided({url_.host, url_.port, false, named.error().message});
  return named;
}

// True: it was the last one.
asio::awaitable<bool> Fetch::take_hop() {
  answer_.url = url_.text;
  const auto named = decide();
  if (!named) co_return answer_.status = named.error(), true;
  EgressCache* cache = request_.cache_scope.empty() || events_.body || !may_be_cached(request_.http) ? nullptr : egress_.cache();
  const auto kept = cache != nullptr ? cache->find(cache_key()) : nullptr;
  if (kept && kept->fresh_until > EgressCache::Clock::now()) co_return use(*kept), true;
  base::HttpRequest http = request_.http;
  http.url = url_.text;
  http.response_bytes_max += kSlackBytes;  // our own count comes first, with what came
  http.headers.emplace_back("Accept-Encoding", "gzip, deflate");
  if (kept && !kept->etag.empty()) http.headers.emplace_back("If-None-Match", kept->etag);
  if (kept && !kept->last_modified.empty()) http.headers.emplace_back("If-Modified-Since", kept->last_modified);
  const auto exchange = (*named ? clients_.to_named : clients_.to_public)->open(std::move(http));
  const auto ended = cancel_.on_cancel([&exchange] { exchange->cancel(); });
  auto head = co_await exchange->head();
  if (events_.decided) {
    const bool is_refused = !head && head.error().code == Errc::denied;
    events_.decided({url_.host, url_.port, !is_refused, is_refused ? head.error().message : ""});
  }
  if (!head) co_return answer_.status = std::move(head).error(), true;
  if (kept && head->status == 304) {
    cache->renew(cache_key(), *head);
    co_return use(*kept), true;
  }
  answer_.head = std::move(*head);
  if (request_.follows_redirects && follow(answer_.head)) co_return !answer_.status;
  answer_.status = co_await read_body(*exchange);
  tidy_head();
  if (answer_.status && cache != nullptr) cache->keep(cache_key(), answer_.head, answer_.body);
  co_return true;
}

void Fetch::use(const CachedAnswer& cached) {
  answer_.head = cached.head;
  answer_.body = cached.body;
  answer_.is_cached = true;
}

// What the transport has dealt with is nobody's business any more.
void Fetch::tidy_head() {
  std::erase_if(answer_.head.headers, [](const auto& header) {
    static constexpr std::string_view kDone[] = {"content-encoding", "content-length", "transfer-encoding", "connection", "keep-alive"};
    return is_among(kDone, header.first);
  });
}

asio::awaitable<Result<void>> Fetch::read_body(base::HttpExchange& exchange) {
  auto inflater = Inflater::make(find_header(answer_.head.headers, "content-encoding"), egress_.settings().inflate_ratio_max);
  if (!inflater) co_return std::move(inflater).error();
  for (;;) {
    auto piece = co_await exchange.read();
    if (!piece) co_return std::move(piece).error();
    if (piece->empty()) co_return inflater->finish();
    std::string inflated;
    const auto fed = inflater->feed(*piece, inflated);
    if (auto taken = take_piece(inflated); !taken) co_return taken;
    if (!fed) co_return fed;
  }
}

Result<void> Fetch::take_piece(std::string& piece) {
  const std::uint64_t most = request_.http.response_bytes_max;
  const bool is_too_much = piece.size() > most - body_bytes_;
  if (is_too_much) piece.resize(most - body_bytes_);
  body_bytes_ += piece.size();
  if (!events_.body) answer_.body += piece;
  else if (!piece.empty() && !events_.body(piece)) return Error{Errc::cancelled, "the plugin wants no more of the answer"};
  if (!is_too_much) return {};
  return Error{Errc::limit, "the answer has more than " + std::to_string(most) + " bytes; the rest is left out (the request's response_bytes_max, or egress.response_bytes_max)"};
}

// True: there is a next hop, or an error in answer_.status.
bool Fetch::follow(const base::HttpHead& head) {
  const std::string location(find_header(head.headers, "location"));
  if (!is_redirect(head.status) || location.empty()) return false;
  auto next = parse_egress_url(location, url_.text);
  if (next) return go_to(std::move(*next), head.status), true;
  if (events_.decided) events_.decided({"", 0, false, next.error().message});
  answer_.status = Error{next.error().code, "redirected: " + next.error().message};
  return true;
}

// As browsers do: what was sent to one host in confidence is not for another.
void Fetch::go_to(EgressUrl next, int status) {
  base::HttpRequest& http = request_.http;
  if (next.origin() != url_.origin()) {
    std::erase_if(http.headers, [](const auto& header) { return is_among(kCredentials, header.first); });
  }
  const bool becomes_get = (status == 303 && http.method != "HEAD") || ((status == 301 || status == 302) && http.method == "POST");
  if (becomes_get) {
    http.method = "GET";
    http.body.clear();
    std::erase_if(http.headers, [](const auto& header) { return base::to_lower(header.first).starts_with("content-"); });
  }
  url_ = std::move(next);
}

asio::awaitable<EgressAnswer> GuardedEgress::fetch(asio::io_context& io, base::EgressRequest request, base::EgressEvents events, base::CancelToken cancel) {
  Fetch fetch(*this, io, std::move(request), std::move(events), std::move(cancel));
  co_return co_await fetch.run();
}

}  // namespace

std::unique_ptr<base::Egress> make_egress(const config::EgressSettings& settings) { return std::make_unique<GuardedEgress>(settings); }

}  // namespace collet::net
