// libcurl's multi interface on the I/O loop. curl says which sockets and when, the
// loop waits, curl works. No coroutine is resumed while curl is on the stack: its
// callbacks only fill the transfer and note that it has news.
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <unordered_map>
#include <utility>
#include <vector>

#include <curl/curl.h>

#include "net/curl_client.hpp"
#include "net/curl_handle.hpp"
#include "net/socket_watch.hpp"
#include "net/transfer_client.hpp"
#include "net/transfer_engine.hpp"

namespace collet::net {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kPooledHandlesMax = 64;
constexpr std::size_t kParsedUrlsMax = 64;
constexpr int kTurnsAtOnce = 16;

class Engine final : public TransferEngine, public HandleOwner {
 public:
  Engine(asio::io_context& io, HttpClientOptions options);
  ~Engine() override;

  void begin(const std::shared_ptr<Transfer>& transfer);
  void close() { shut_down(); }

  void on_news(Transfer& transfer) override { has_news(transfer); }
  curl_socket_t open_socket(const curl_sockaddr& address, std::optional<Error>& refusal) override;
  int close_socket(curl_socket_t fd) override;

 private:
  void release(Transfer& transfer) override;
  void read_on(Transfer& transfer) override;
  void due() override { settle(); }

  static int on_socket(CURL*, curl_socket_t fd, int what, void* self, void* socket);
  static int on_timer(CURLM*, long timeout_ms, void* self);

  std::unique_ptr<CurlHandle> take_handle();
  Result<CurlUrl> parsed(const base::HttpRequest& request);
  void end(CurlHandle& handle);
  void finish(CurlHandle& handle, CURLcode code);

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

  const HttpClientOptions options_;
  CURLM* multi_;
  std::unordered_map<Transfer*, std::unique_ptr<CurlHandle>> active_;
  std::vector<std::unique_ptr<CurlHandle>> pool_;
  std::unordered_map<std::string, CurlUrl> urls_;  // the same few come again and again
  std::unordered_map<int, Watched> sockets_;
  std::int64_t curl_due_ms_ = kNever;  // when curl wants to be called
};

Engine::Engine(asio::io_context& io, HttpClientOptions options)
    : TransferEngine(io), options_(std::move(options)), multi_(curl_multi_init()) {
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
  curl_multi_cleanup(multi_);  // closes the pooled connections through close_socket()
}

// Handles

std::unique_ptr<CurlHandle> Engine::take_handle() {
  if (pool_.empty()) return std::make_unique<CurlHandle>(*this, options_);
  auto handle = std::move(pool_.back());
  pool_.pop_back();
  return handle;
}

Result<CurlUrl> Engine::parsed(const base::HttpRequest& request) {
  const auto known = urls_.find(request.url);
  if (known != urls_.end()) return known->second;
  CurlUrl url(curl_url(), [](CURLU* owned) { curl_url_cleanup(owned); });
  const CURLUcode code = curl_url_set(url.get(), CURLUPART_URL, request.url.c_str(), 0);
  if (code != CURLUE_OK) {
    return Error{Errc::invalid, "the URL cannot be used: " + std::string(curl_url_strerror(code))};
  }
  if (urls_.size() >= kParsedUrlsMax) urls_.clear();
  urls_.emplace(request.url, url);
  return url;
}

void Engine::begin(const std::shared_ptr<Transfer>& transfer) {
  auto url = parsed(transfer->request());
  if (!url) return transfer->fail(std::move(url).error());
  auto handle = take_handle();
  handle->take(transfer, std::move(url).value(), options_.user_agent);
  CURL* const easy = handle->easy();
  active_.emplace(transfer.get(), std::move(handle));
  admit(*transfer);
  const CURLMcode code = curl_multi_add_handle(multi_, easy);
  if (code != CURLM_OK) {
    transfer->fail(Error{Errc::internal, std::string("curl: ") + curl_multi_strerror(code)});
    dismiss(*transfer);
    end(*active_.at(transfer.get()));
    return;
  }
  drive(CURL_SOCKET_TIMEOUT, 0);
  deliver_later();
}

// Takes the handle off its transfer.
void Engine::end(CurlHandle& handle) {
  curl_multi_remove_handle(multi_, handle.easy());
  const auto entry = active_.find(handle.transfer().get());
  auto kept = std::move(entry->second);
  active_.erase(entry);
  kept->rest();
  if (pool_.size() < kPooledHandlesMax) pool_.push_back(std::move(kept));
}

void Engine::release(Transfer& transfer) {
  const auto entry = active_.find(&transfer);
  if (entry == active_.end()) return;
  end(*entry->second);
  settle();
}

void Engine::read_on(Transfer& transfer) {
  const auto entry = active_.find(&transfer);
  if (entry == active_.end()) return;
  curl_easy_pause(entry->second->easy(), CURLPAUSE_CONT);
  settle();
}

void Engine::finish(CurlHandle& handle, CURLcode code) {
  const auto transfer = handle.transfer();
  if (code == CURLE_OK) transfer->on_done();
  else transfer->fail(handle.error_of(code));
  dismiss(*transfer);
  end(handle);
  has_news(*transfer);
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

curl_socket_t Engine::open_socket(const curl_sockaddr& address, std::optional<Error>& refusal) {
  auto allowed = ask_guard(options_, &address.addr);
  if (!allowed) {
    refusal = std::move(allowed).error();
    return CURL_SOCKET_BAD;
  }
  const int fd = socket(address.family, address.socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, address.protocol);
  if (fd < 0) return CURL_SOCKET_BAD;
  forget(fd);  // curl closes a socket that was still connecting without telling
  watch(fd, true);
  return fd;
}

int Engine::close_socket(curl_socket_t fd) {
  forget(fd);
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
    auto report = [self = weak_from_this(), this](int socket, SocketWatch::Ready ready) {
      if (const auto alive = self.lock()) on_ready(socket, ready);
    };
    entry = {std::make_shared<SocketWatch>(io(), fd, std::move(report)), is_ours};
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
  if (is_shut_down()) return;
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
    finish(CurlHandle::of(message->easy_handle), code);
  }
}

}  // namespace

std::unique_ptr<base::HttpClient> make_curl_client(asio::io_context& io, HttpClientOptions options) {
  [[maybe_unused]] static const CURLcode once = curl_global_init(CURL_GLOBAL_DEFAULT);
  return std::make_unique<TransferClient<Engine, Transfer>>(std::make_shared<Engine>(io, std::move(options)));
}

}  // namespace collet::net
