#include "support/loopback_http.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "base/text.hpp"

namespace collet::testing {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr auto kToken = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kHeadMax = 64u << 10;

struct Address {
  std::string host, target;
  tcp::endpoint endpoint;
};

Result<Address> parse_url(std::string_view url) {
  constexpr std::string_view kScheme = "http://";
  if (!url.starts_with(kScheme)) return Error{Errc::invalid, "only http:// here: " + std::string(url)};
  url.remove_prefix(kScheme.size());
  const std::size_t slash = std::min(url.find('/'), url.size());
  Address out{std::string(url.substr(0, slash)), std::string(url.substr(slash)), {}};
  const std::size_t colon = std::min(out.host.find(':'), out.host.size());
  boost::system::error_code error;
  const auto host = out.host.substr(0, colon);
  const auto ip = asio::ip::make_address(host == "localhost" ? "127.0.0.1" : host, error);
  if (error) return Error{Errc::invalid, "no address: " + out.host};
  const auto port = colon < out.host.size() ? base::parse_int64(out.host.substr(colon + 1)).value_or(0) : 80;
  out.endpoint = tcp::endpoint(ip, static_cast<std::uint16_t>(port));
  return out;
}

class Exchange : public base::HttpExchange {
 public:
  Exchange(asio::io_context& io, base::HttpRequest request) : socket_(io), request_(std::move(request)) {}

  asio::awaitable<Result<base::HttpHead>> head() override {
    auto address = parse_url(request_.url);
    if (!address) co_return std::move(address).error();
    auto [refused] = co_await socket_.async_connect(address->endpoint, kToken);
    if (refused) co_return failed("connect", refused);
    const std::string bytes = request_bytes(*address);
    auto [unsent, sent] = co_await asio::async_write(socket_, asio::buffer(bytes), kToken);
    if (unsent) co_return failed("write", unsent);
    std::size_t end = std::string::npos;
    while ((end = inbox_.find("\r\n\r\n")) == std::string::npos && inbox_.size() < kHeadMax) {
      auto more = co_await read_more();
      if (!more) co_return std::move(more).error();
      if (!*more) co_return Error{Errc::unavailable, "closed before the response head"};
    }
    auto head = parse_head(inbox_.substr(0, end));
    inbox_.erase(0, end + 4);
    co_return head;
  }

  asio::awaitable<Result<std::string>> read() override {
    for (;;) {
      if (ended_) co_return std::string();
      if (auto piece = chunked_ ? take_chunk() : take_plain(); !piece.empty()) co_return piece;
      if (ended_) continue;
      auto more = co_await read_more();
      if (!more) co_return std::move(more).error();
      if (*more) continue;
      if (chunked_ || left_ > 0) co_return Error{Errc::unavailable, "closed in the middle of the body"};
      ended_ = true;
    }
  }

  void cancel() override {
    cancelled_ = true;
    boost::system::error_code ignored;
    socket_.close(ignored);
  }

 private:
  Error failed(std::string_view what, const boost::system::error_code& error) const {
    if (cancelled_) return Error{Errc::cancelled, "cancelled"};
    return Error{Errc::unavailable, std::string(what) + ": " + error.message()};
  }

  std::string request_bytes(const Address& address) const {
    std::string out = request_.method + " " + address.target + " HTTP/1.1\r\nHost: " + address.host + "\r\n";
    for (const auto& [name, value] : request_.headers) out += name + ": " + value + "\r\n";
    out += "Content-Length: " + std::to_string(request_.body.size()) + "\r\nConnection: close\r\n\r\n";
    return out + request_.body;
  }

  base::HttpHead parse_head(const std::string& text) {
    base::HttpHead head;
    const auto lines = base::split(text, '\n');
    head.status = std::atoi(text.c_str() + std::min(text.find(' '), text.size()));
    for (std::size_t i = 1; i < lines.size(); ++i) {
      const auto colon = lines[i].find(':');
      if (colon == std::string_view::npos) continue;
      head.headers.emplace_back(lines[i].substr(0, colon), base::trim(lines[i].substr(colon + 1)));
    }
    chunked_ = base::find_header(head.headers, "transfer-encoding") == "chunked";
    left_ = base::parse_int64(base::find_header(head.headers, "content-length")).value_or(-1);
    ended_ = !chunked_ && left_ == 0;
    return head;
  }

  std::string take_plain() {
    std::string piece = std::exchange(inbox_, {});
    if (left_ >= 0) left_ -= static_cast<std::int64_t>(piece.size());
    if (left_ == 0) ended_ = true;
    return piece;
  }

  std::string take_chunk() {
    const std::size_t line = inbox_.find("\r\n");
    if (line == std::string::npos) return {};
    const std::size_t size = std::strtoul(inbox_.c_str(), nullptr, 16);
    if (inbox_.size() < line + 2 + size + 2) return {};
    std::string piece = inbox_.substr(line + 2, size);
    inbox_.erase(0, line + 2 + size + 2);
    if (size == 0) ended_ = true;
    return piece;
  }

  /// False at the end of the connection.
  asio::awaitable<Result<bool>> read_more() {
    char buffer[16 << 10];
    const auto room = asio::buffer(buffer);
    const auto [error, count] = co_await socket_.async_read_some(room, kToken);
    if (error && error != asio::error::eof) co_return failed("read", error);
    inbox_.append(buffer, count);
    co_return !error;
  }

  tcp::socket socket_;
  base::HttpRequest request_;
  std::string inbox_;
  std::int64_t left_ = -1;  // of the body, -1: until the end
  bool chunked_ = false;
  bool ended_ = false;
  bool cancelled_ = false;
};

}  // namespace

std::unique_ptr<base::HttpExchange> LoopbackHttp::open(base::HttpRequest request) {
  return std::make_unique<Exchange>(io_, std::move(request));
}

}  // namespace collet::testing
