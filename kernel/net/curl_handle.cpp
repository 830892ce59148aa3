#include "net/curl_handle.hpp"

#include <utility>

#include "base/text.hpp"
#include "net/outbound_request.hpp"

namespace collet::net {
namespace {

constexpr long kReceiveBytes = 4 << 10;  // held by each open exchange; tokens come in small pieces
constexpr std::int64_t kConnectMarginMs = 5'000;

void append(Slist& list, const std::string& line) {
  curl_slist* longer = curl_slist_append(list.get(), line.c_str());
  if (!longer) return;
  [[maybe_unused]] auto* const same = list.release();
  list.reset(longer);
}

}  // namespace

CurlHandle::CurlHandle(HandleOwner& owner, const HttpClientOptions& options) : owner_(owner), easy_(curl_easy_init()) {
  set_constants(options);
}

void CurlHandle::set_constants(const HttpClientOptions& options) {
  curl_easy_setopt(easy_, CURLOPT_PRIVATE, this);
  curl_easy_setopt(easy_, CURLOPT_ERRORBUFFER, reason_);
  curl_easy_setopt(easy_, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(easy_, CURLOPT_FOLLOWLOCATION, 0L);
  // Set even when empty: else curl would look into the environment.
  curl_easy_setopt(easy_, CURLOPT_PROXY, options.proxy.c_str());
  curl_easy_setopt(easy_, CURLOPT_NOPROXY, "");
  curl_easy_setopt(easy_, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  if (options.decodes) curl_easy_setopt(easy_, CURLOPT_ACCEPT_ENCODING, "");  // the header is ours
  curl_easy_setopt(easy_, CURLOPT_BUFFERSIZE, kReceiveBytes);
  curl_easy_setopt(easy_, CURLOPT_TCP_KEEPALIVE, 1L);
  // A cached name whose first address the guard refuses keeps curl 7.88 waiting for ever.
  if (options.address_guard) curl_easy_setopt(easy_, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
  if (!options.ca_file.empty()) curl_easy_setopt(easy_, CURLOPT_CAINFO, options.ca_file.c_str());
  curl_easy_setopt(easy_, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(easy_, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(easy_, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy_, CURLOPT_PREREQFUNCTION, on_connected);
  curl_easy_setopt(easy_, CURLOPT_PREREQDATA, this);
  curl_easy_setopt(easy_, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
  curl_easy_setopt(easy_, CURLOPT_OPENSOCKETDATA, this);
  // A pooled connection is closed when the handle that opened it may be gone.
  curl_easy_setopt(easy_, CURLOPT_CLOSESOCKETFUNCTION, on_close_socket);
  curl_easy_setopt(easy_, CURLOPT_CLOSESOCKETDATA, &owner_);
}

void CurlHandle::take(std::shared_ptr<Transfer> transfer, CurlUrl url, const std::string& user_agent) {
  transfer_ = std::move(transfer);
  url_ = std::move(url);
  head_ = {};
  head_bytes_ = 0;
  set_request(user_agent);
}

void CurlHandle::set_request(const std::string& user_agent) {
  const base::HttpRequest& request = transfer_->request();
  headers_.reset();
  for (const std::string& line : header_lines(request, user_agent)) append(headers_, line);
  refusal_.reset();
  reason_[0] = '\0';
  curl_easy_setopt(easy_, CURLOPT_CURLU, url_.get());
  curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, headers_.get());
  set_method(request);
  curl_easy_setopt(easy_, CURLOPT_FRESH_CONNECT, request.keep_alive ? 0L : 1L);
  curl_easy_setopt(easy_, CURLOPT_FORBID_REUSE, request.keep_alive ? 0L : 1L);
  // The transfer's own deadlines come first; this is curl's, out of the way.
  const std::int64_t connect_ms = request.timeouts.connect_ms;
  curl_easy_setopt(easy_, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(connect_ms > 0 ? connect_ms + kConnectMarginMs : 0));
}

void CurlHandle::set_method(const base::HttpRequest& request) {
  curl_easy_setopt(easy_, CURLOPT_CUSTOMREQUEST, nullptr);
  curl_easy_setopt(easy_, CURLOPT_HTTPGET, 1L);  // undoes POST and HEAD of the use before
  if (request.method == "HEAD") {
    curl_easy_setopt(easy_, CURLOPT_NOBODY, 1L);
  } else if (request.method == "POST" || !request.body.empty()) {
    curl_easy_setopt(easy_, CURLOPT_POST, 1L);
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDS, request.body.data());
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    if (request.method != "POST") curl_easy_setopt(easy_, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  } else if (request.method != "GET") {
    curl_easy_setopt(easy_, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
}

void CurlHandle::rest() {
  // The strings of these belonged to the transfer.
  curl_easy_setopt(easy_, CURLOPT_POSTFIELDS, nullptr);
  curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, nullptr);
  curl_easy_setopt(easy_, CURLOPT_CURLU, nullptr);
  headers_.reset();
  url_.reset();
  transfer_.reset();
}

Error CurlHandle::error_of(CURLcode code) const {
  const std::string detail = reason_[0] != '\0' ? reason_ : curl_easy_strerror(code);
  const std::string message = transfer_->origin() + ": " + detail;
  switch (code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL: return Error{Errc::invalid, message};
    case CURLE_OPERATION_TIMEDOUT: return Error{Errc::timeout, message};
    case CURLE_COULDNT_CONNECT: return refusal_.value_or(Error{Errc::unavailable, message});
    default: return Error{Errc::unavailable, message};
  }
}

CurlHandle& CurlHandle::of(CURL* easy) {
  char* opaque = nullptr;
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, &opaque);
  return *reinterpret_cast<CurlHandle*>(opaque);
}

// One line of the head, or its empty end. False: the head is too long.
bool CurlHandle::take_line(std::string_view line) {
  if (transfer_->has_head()) return true;  // a trailer
  head_bytes_ += line.size();
  if (head_bytes_ > kAnswerHeadBytesMax) {
    transfer_->fail(transfer_->error_of(Errc::limit, "the response head is longer than 256 KiB"));
    return false;
  }
  line = base::trim(line);
  if (line.starts_with("HTTP/")) {
    head_ = {};
    const std::size_t space = line.find(' ');
    if (space != std::string_view::npos) {
      head_.status = static_cast<int>(base::parse_int64(line.substr(space + 1, 3)).value_or(0));
    }
  } else if (line.empty()) {
    if (head_.status >= 200) transfer_->on_head(std::move(head_));  // else informational: the real head follows
  } else if (const std::size_t colon = line.find(':'); colon != std::string_view::npos) {
    head_.headers.emplace_back(line.substr(0, colon), base::trim(line.substr(colon + 1)));
  }
  return true;
}

std::size_t CurlHandle::on_header(char* data, std::size_t, std::size_t size, void* opaque) {
  auto& self = *static_cast<CurlHandle*>(opaque);
  if (!self.take_line({data, size})) return 0;
  if (self.transfer_->has_head()) self.owner_.on_news(*self.transfer_);
  return size;
}

std::size_t CurlHandle::on_body(char* data, std::size_t, std::size_t size, void* opaque) {
  auto& self = *static_cast<CurlHandle*>(opaque);
  if (self.transfer_->pause_if_full()) return CURL_WRITEFUNC_PAUSE;
  if (!self.transfer_->on_body({data, size})) return 0;
  self.owner_.on_news(*self.transfer_);
  return size;
}

int CurlHandle::on_connected(void* opaque, char*, char*, int, int) {
  auto& self = *static_cast<CurlHandle*>(opaque);
  self.transfer_->on_connected();
  self.owner_.on_news(*self.transfer_);
  return CURL_PREREQFUNC_OK;
}

curl_socket_t CurlHandle::on_open_socket(void* opaque, curlsocktype, curl_sockaddr* address) {
  auto& self = *static_cast<CurlHandle*>(opaque);
  return self.owner_.open_socket(*address, self.refusal_);
}

int CurlHandle::on_close_socket(void* owner, curl_socket_t fd) {
  return static_cast<HandleOwner*>(owner)->close_socket(fd);
}

}  // namespace collet::net
