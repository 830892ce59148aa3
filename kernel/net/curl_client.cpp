// libcurl's multi interface on the I/O loop. curl says which sockets and when, the
// loop waits, curl works. No coroutine is resumed while curl is on the stack: its
// callbacks only fill the transfer and note that it has news.
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <unordered_map>
#include <utility>
#include <vector>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <curl/curl.h>

#include "net/http_client.hpp"
#include "net/outbound_request.hpp"
#include "net/socket_watch.hpp"
#include "net/transfer.hpp"

namespace collet::net {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kPooledHandlesMax = 64;
constexpr std::size_t kParsedUrlsMax = 64;
constexpr int kTurnsAtOnce = 16;
constexpr long kReceiveBytes = 4 << 10;  // held by each open exchange; tokens come in small pieces

struct SlistDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Slist = std::unique_ptr<curl_slist, SlistDeleter>;

using Url = std::shared_ptr<CURLU>;

class Engine;

// An easy handle and what it works for; used again and again.
struct Handle {
  explicit Handle(Engine& owner) : engine(owner), easy(curl_easy_init()) {}
  ~Handle() { curl_easy_cleanup(easy); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  Engine& engine;
  CURL* easy;
  std::shared_ptr<Transfer> transfer;  // null while it rests in the pool
  Slist headers;
  Url url;
  std::optional<Error> refusal;
  char reason[CURL_ERROR_SIZE] = {};
};

class Engine final : public TransferEngine, public std::enable_shared_from_this<Engine> {
 public:
  Engine(asio::io_context& io, HttpClientOptions options);
  ~Engine() override;

  void begin(const std::shared_ptr<Transfer>& transfer);
  void shut_down();

  void resume(Transfer& transfer) override;
  void abandon(Transfer& transfer) override;
  void wake_later(std::shared_ptr<Transfer> transfer) override;

 private:
  static int on_socket(CURL*, curl_socket_t fd, int what, void* self, void* socket);
  static int on_timer(CURLM*, long timeout_ms, void* self);
  static curl_socket_t on_open_socket(void* handle, curlsocktype, curl_sockaddr* address);
  static int on_close_socket(void* self, curl_socket_t fd);
  static std::size_t on_header(char* data, std::size_t, std::size_t size, void* handle);
  static std::size_t on_body(char* data, std::size_t, std::size_t size, void* handle);
  static int on_connected(void* handle, char*, char*, int, int);

  std::unique_ptr<Handle> take_handle();
  Result<Url> parsed(const base::HttpRequest& request);
  void set_constants(Handle& handle);
  void set_request(Handle& handle);
  void end(Handle& handle);
  void finish(Handle& handle, CURLcode code);

  // A watch on a socket that we opened lasts until it is closed, and rests while
  // the connection is idle; one on a pipe of curl's own until curl drops it.
  struct Watched {
    std::shared_ptr<SocketWatch> watch;
    bool is_ours = false;
  };
  SocketWatch& watch(int fd, bool is_ours);
  void forget(int fd);
  void on_ready(int fd, SocketWatch::Ready what);

  void drive(curl_socket_t fd, int how);
  void settle();
  void collect();
  void expire_slow();
  void arm(std::int64_t due_ms);
  void on_alarm();
  void has_news(const std::shared_ptr<Transfer>& transfer);
  void deliver();
  void deliver_later();

  asio::io_context& io_;
  const HttpClientOptions options_;
  CURLM* multi_;
  std::unordered_map<Transfer*, std::unique_ptr<Handle>> active_;
  std::vector<std::unique_ptr<Handle>> pool_;
  std::unordered_map<std::string, Url> urls_;  // the same few come again and again
  std::unordered_map<int, Watched> sockets_;
  std::vector<std::shared_ptr<Transfer>> news_;
  asio::steady_timer alarm_;
  std::int64_t alarm_ms_ = kNever;     // when the timer is set for
  std::int64_t curl_due_ms_ = kNever;  // when curl wants to be called
  bool is_delivery_due_ = false;
  bool is_shut_down_ = false;
};

Engine::Engine(asio::io_context& io, HttpClientOptions options)
    : io_(io), options_(std::move(options)), multi_(curl_multi_init()), alarm_(io) {
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, on_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, on_timer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_NOTHING));
  curl_multi_setopt(multi_, CURLMOPT_MAX_TOTAL_CONNECTIONS, static_cast<long>(options_.connections_max));
  curl_multi_setopt(multi_, CURLMOPT_MAX_HOST_CONNECTIONS, static_cast<long>(options_.per_host_max));
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(options_.idle_max));
}

Engine::~Engine() {
  shut_down();
  pool_.clear();
  curl_multi_cleanup(multi_);  // closes the pooled connections through on_close_socket
}

// Ends what is still open. Coroutines that wait are destroyed, not resumed: the
// loop they lived on has ended.
void Engine::shut_down() {
  is_shut_down_ = true;
  std::vector<std::shared_ptr<Transfer>> left;
  for (const auto& [transfer, handle] : active_) left.push_back(handle->transfer);
  for (const auto& transfer : left) {
    transfer->fail(Error{Errc::cancelled, transfer->origin + ": the client is closing"});
    abandon(*transfer);
    transfer->news().drop();
  }
}

// Handles

std::unique_ptr<Handle> Engine::take_handle() {
  if (!pool_.empty()) {
    auto handle = std::move(pool_.back());
    pool_.pop_back();
    return handle;
  }
  auto handle = std::make_unique<Handle>(*this);
  set_constants(*handle);
  return handle;
}

void Engine::set_constants(Handle& handle) {
  CURL* easy = handle.easy;
  curl_easy_setopt(easy, CURLOPT_PRIVATE, &handle);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, handle.reason);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  // Set even when empty: else curl would look into the environment.
  curl_easy_setopt(easy, CURLOPT_PROXY, options_.proxy.c_str());
  curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
  curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");  // decodes; the header is ours
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, kReceiveBytes);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  if (!options_.ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, options_.ca_file.c_str());
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &handle);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &handle);
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_connected);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, &handle);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, &handle);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close_socket);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, this);
}

Result<Url> Engine::parsed(const base::HttpRequest& request) {
  const auto known = urls_.find(request.url);
  if (known != urls_.end()) return known->second;
  Url url(curl_url(), [](CURLU* owned) { curl_url_cleanup(owned); });
  const CURLUcode code = curl_url_set(url.get(), CURLUPART_URL, request.url.c_str(), 0);
  if (code != CURLUE_OK) {
    return Error{Errc::invalid, "the URL cannot be used: " + std::string(curl_url_strerror(code))};
  }
  if (urls_.size() >= kParsedUrlsMax) urls_.clear();
  urls_.emplace(request.url, url);
  return url;
}

void append(Slist& list, const std::string& line) {
  curl_slist* longer = curl_slist_append(list.get(), line.c_str());
  if (!longer) return;
  [[maybe_unused]] auto* const same = list.release();
  list.reset(longer);
}

void Engine::set_request(Handle& handle) {
  CURL* easy = handle.easy;
  const base::HttpRequest& request = handle.transfer->request;
  handle.headers.reset();
  for (const std::string& line : header_lines(request, options_.user_agent)) append(handle.headers, line);
  handle.refusal.reset();
  handle.reason[0] = '\0';
  curl_easy_setopt(easy, CURLOPT_CURLU, handle.url.get());
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, handle.headers.get());
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, nullptr);
  curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);  // undoes POST and HEAD of the use before
  if (request.method == "HEAD") {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  } else if (request.method == "POST" || !request.body.empty()) {
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    if (request.method != "POST") curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  } else if (request.method != "GET") {
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
  curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, request.keep_alive ? 0L : 1L);
  curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, request.keep_alive ? 0L : 1L);
  // The transfer's own deadlines come first; this is curl's, out of the way.
  const std::int64_t connect_ms = request.timeouts.connect_ms;
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(connect_ms > 0 ? connect_ms + 5'000 : 0));
}

void Engine::begin(const std::shared_ptr<Transfer>& transfer) {
  auto url = parsed(transfer->request);
  if (!url) return transfer->fail(std::move(url).error());
  auto handle = take_handle();
  handle->transfer = transfer;
  handle->url = std::move(url).value();
  set_request(*handle);
  CURL* const easy = handle->easy;
  active_.emplace(transfer.get(), std::move(handle));
  const CURLMcode code = curl_multi_add_handle(multi_, easy);
  if (code != CURLM_OK) {
    transfer->fail(Error{Errc::internal, std::string("curl: ") + curl_multi_strerror(code)});
    end(*active_.at(transfer.get()));
    return;
  }
  drive(CURL_SOCKET_TIMEOUT, 0);
  arm(transfer->deadline_ms());
  deliver_later();
}

// Takes the handle off its transfer.
void Engine::end(Handle& handle) {
  curl_multi_remove_handle(multi_, handle.easy);
  const auto entry = active_.find(handle.transfer.get());
  auto kept = std::move(entry->second);
  active_.erase(entry);
  // The strings below belonged to the transfer.
  curl_easy_setopt(kept->easy, CURLOPT_POSTFIELDS, nullptr);
  curl_easy_setopt(kept->easy, CURLOPT_HTTPHEADER, nullptr);
  curl_easy_setopt(kept->easy, CURLOPT_CURLU, nullptr);
  kept->headers.reset();
  kept->url.reset();
  kept->transfer.reset();
  if (pool_.size() < kPooledHandlesMax) pool_.push_back(std::move(kept));
}

void Engine::abandon(Transfer& transfer) {
  const auto entry = active_.find(&transfer);
  if (entry == active_.end()) return;
  end(*entry->second);
  settle();
  deliver_later();
}

void Engine::resume(Transfer& transfer) {
  transfer.resumed();
  const auto entry = active_.find(&transfer);
  if (entry == active_.end()) return;
  arm(transfer.deadline_ms());
  curl_easy_pause(entry->second->easy, CURLPAUSE_CONT);
  settle();
  deliver_later();
}

Error error_of(CURLcode code, const Handle& handle) {
  const std::string detail = handle.reason[0] != '\0' ? handle.reason : curl_easy_strerror(code);
  const std::string message = handle.transfer->origin + ": " + detail;
  switch (code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL: return Error{Errc::invalid, message};
    case CURLE_OPERATION_TIMEDOUT: return Error{Errc::timeout, message};
    case CURLE_COULDNT_CONNECT: return handle.refusal.value_or(Error{Errc::unavailable, message});
    default: return Error{Errc::unavailable, message};
  }
}

void Engine::finish(Handle& handle, CURLcode code) {
  const auto transfer = handle.transfer;
  if (code == CURLE_OK) transfer->on_done();
  else transfer->fail(error_of(code, handle));
  end(handle);
  has_news(transfer);
}

// Callbacks of a transfer

std::size_t Engine::on_header(char* data, std::size_t, std::size_t size, void* opaque) {
  auto& handle = *static_cast<Handle*>(opaque);
  if (!handle.transfer->on_header({data, size})) return 0;
  if (handle.transfer->has_head()) handle.engine.has_news(handle.transfer);
  return size;
}

std::size_t Engine::on_body(char* data, std::size_t, std::size_t size, void* opaque) {
  auto& handle = *static_cast<Handle*>(opaque);
  switch (handle.transfer->on_body({data, size})) {
    case Transfer::Taken::all: handle.engine.has_news(handle.transfer); return size;
    case Transfer::Taken::full: return CURL_WRITEFUNC_PAUSE;
    case Transfer::Taken::refused: return 0;
  }
  return 0;
}

int Engine::on_connected(void* opaque, char*, char*, int, int) {
  static_cast<Handle*>(opaque)->transfer->on_connected();
  return CURL_PREREQFUNC_OK;
}

// Sockets

Result<void> ask_guard(const HttpClientOptions& options, const sockaddr* address) {
  if (!options.address_guard) return {};
  if (address->sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, address, sizeof v4);
    return options.address_guard(asio::ip::address_v4(ntohl(v4.sin_addr.s_addr)), ntohs(v4.sin_port));
  }
  if (address->sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, address, sizeof v6);
    asio::ip::address_v6::bytes_type bytes;
    std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
    return options.address_guard(asio::ip::address_v6(bytes, v6.sin6_scope_id), ntohs(v6.sin6_port));
  }
  return Error{Errc::denied, "an address that is neither IPv4 nor IPv6"};
}

curl_socket_t Engine::on_open_socket(void* opaque, curlsocktype, curl_sockaddr* address) {
  auto& handle = *static_cast<Handle*>(opaque);
  auto allowed = ask_guard(handle.engine.options_, &address->addr);
  if (!allowed) {
    handle.refusal = std::move(allowed).error();
    return CURL_SOCKET_BAD;
  }
  const int fd = socket(address->family, address->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, address->protocol);
  if (fd < 0) return CURL_SOCKET_BAD;
  handle.engine.watch(fd, true);
  return fd;
}

int Engine::on_close_socket(void* self, curl_socket_t fd) {
  static_cast<Engine*>(self)->forget(fd);
  return ::close(fd);
}

int Engine::on_socket(CURL*, curl_socket_t fd, int what, void* opaque, void*) {
  auto& engine = *static_cast<Engine*>(opaque);
  if (what != CURL_POLL_REMOVE) {
    engine.watch(fd, false).want((what & CURL_POLL_IN) != 0, (what & CURL_POLL_OUT) != 0);
    return 0;
  }
  const auto entry = engine.sockets_.find(fd);
  if (entry == engine.sockets_.end()) return 0;
  if (entry->second.is_ours) entry->second.watch->want(false, false);
  else engine.forget(fd);
  return 0;
}

SocketWatch& Engine::watch(int fd, bool is_ours) {
  auto& entry = sockets_[fd];
  if (!entry.watch) {
    auto report = [self = weak_from_this()](int socket, SocketWatch::Ready ready) {
      if (const auto engine = self.lock()) engine->on_ready(socket, ready);
    };
    entry = {std::make_shared<SocketWatch>(io_, fd, std::move(report)), is_ours};
  }
  return *entry.watch;
}

void Engine::forget(int fd) {
  const auto entry = sockets_.find(fd);
  if (entry == sockets_.end()) return;
  entry->second.watch->release();
  sockets_.erase(entry);
}

void Engine::on_ready(int fd, SocketWatch::Ready what) {
  if (is_shut_down_) return;
  drive(fd, what == SocketWatch::Ready::to_read ? CURL_CSELECT_IN : CURL_CSELECT_OUT);
  deliver();
}

// The loop

int Engine::on_timer(CURLM*, long timeout_ms, void* opaque) {
  auto& engine = *static_cast<Engine*>(opaque);
  engine.curl_due_ms_ = timeout_ms < 0 ? kNever : monotonic_ms() + timeout_ms;
  return 0;
}

void Engine::drive(curl_socket_t fd, int how) {
  int running = 0;
  curl_multi_socket_action(multi_, fd, how, &running);
  settle();
}

// After anything that may have changed curl's mind: gives it the turns it wants at
// once, gathers what has ended, sets the alarm for the rest.
void Engine::settle() {
  collect();
  for (int turn = 0; turn < kTurnsAtOnce && curl_due_ms_ <= monotonic_ms(); ++turn) {
    curl_due_ms_ = kNever;
    int running = 0;
    curl_multi_socket_action(multi_, CURL_SOCKET_TIMEOUT, 0, &running);
    collect();
  }
  arm(curl_due_ms_);
}

void Engine::collect() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;
    char* opaque = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &opaque);
    finish(*reinterpret_cast<Handle*>(opaque), code);
  }
}

// One timer for curl's wishes and all deadlines. It is set again only for something
// earlier, so that in steady traffic it is hardly ever touched.
void Engine::arm(std::int64_t due_ms) {
  if (due_ms >= alarm_ms_ || is_shut_down_) return;
  alarm_ms_ = due_ms;
  const std::int64_t wait_ms = std::max<std::int64_t>(due_ms - monotonic_ms(), 0);
  // +1: the coarse clock may be behind the timer's.
  alarm_.expires_after(std::chrono::milliseconds(wait_ms + 1));
  alarm_.async_wait([self = weak_from_this()](const boost::system::error_code& ec) {
    if (ec) return;
    if (const auto engine = self.lock()) engine->on_alarm();
  });
}

void Engine::on_alarm() {
  alarm_ms_ = kNever;
  expire_slow();
  settle();
  for (const auto& [transfer, handle] : active_) arm(transfer->deadline_ms());
  deliver();
}

void Engine::expire_slow() {
  const std::int64_t now_ms = monotonic_ms();
  std::vector<std::shared_ptr<Transfer>> slow;
  for (const auto& [transfer, handle] : active_) {
    if (now_ms >= transfer->deadline_ms()) slow.push_back(handle->transfer);
  }
  for (const auto& transfer : slow) {
    transfer->expire(now_ms);
    end(*active_.at(transfer.get()));
    has_news(transfer);
  }
}

// News

void Engine::has_news(const std::shared_ptr<Transfer>& transfer) {
  if (!transfer->news().waiting()) return;
  if (news_.empty() || news_.back() != transfer) news_.push_back(transfer);
}

void Engine::deliver() {
  const auto self = shared_from_this();
  is_delivery_due_ = false;
  while (!news_.empty()) {
    const auto transfers = std::exchange(news_, {});
    for (const auto& transfer : transfers) transfer->news().fire();
  }
}

// For callers that are coroutines themselves.
void Engine::deliver_later() {
  if (news_.empty() || std::exchange(is_delivery_due_, true)) return;
  asio::post(io_, [self = weak_from_this()] {
    if (const auto engine = self.lock()) engine->deliver();
  });
}

void Engine::wake_later(std::shared_ptr<Transfer> transfer) {
  has_news(transfer);
  deliver_later();
}

class CurlClient final : public base::HttpClient {
 public:
  explicit CurlClient(std::shared_ptr<Engine> engine) : engine_(std::move(engine)) {}
  ~CurlClient() override { engine_->shut_down(); }

  std::unique_ptr<base::HttpExchange> open(base::HttpRequest request) override {
    auto checked = check_outbound(request);
    auto transfer = std::make_shared<Transfer>(std::move(request));
    if (checked) engine_->begin(transfer);
    else transfer->fail(std::move(checked).error());
    return make_exchange(engine_, std::move(transfer));
  }

 private:
  std::shared_ptr<Engine> engine_;
};

}  // namespace

std::unique_ptr<base::HttpClient> make_http_client(asio::io_context& io, HttpClientOptions options) {
  [[maybe_unused]] static const CURLcode once = curl_global_init(CURL_GLOBAL_DEFAULT);
  return std::make_unique<CurlClient>(std::make_shared<Engine>(io, std::move(options)));
}

}  // namespace collet::net
