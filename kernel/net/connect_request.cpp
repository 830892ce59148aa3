#include "net/connect_request.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <boost/asio/ip/address.hpp>

#include "base/char_set.hpp"
#include "base/text.hpp"
#include "net/response_head.hpp"

namespace collet::net {
namespace {

namespace ip = boost::asio::ip;

constexpr std::size_t kNameBytesMax = 253;
constexpr std::size_t kLabelBytesMax = 63;

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr base::CharSet kLabelChars([](char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
});
constexpr base::CharSet kVisible([](char c) { return c > 0x20 && c < 0x7f; });
// Without '%': a zone id leads to a link of this machine's.
constexpr base::CharSet kV6Chars([](char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' || c == '.';
});

Rejection bad(std::string message) { return Rejection{400, std::move(message)}; }

std::optional<HostName> parse_v6(std::string_view text) {
  if (!kV6Chars.holds_all(text)) return std::nullopt;
  boost::system::error_code ec;
  const auto address = ip::make_address_v6(std::string(text), ec);
  if (ec) return std::nullopt;
  return HostName{address.to_string(), true};
}

bool is_name(std::string_view name) {
  if (name.empty() || name.size() > kNameBytesMax) return false;
  const auto labels = base::split(name, '.');
  return std::all_of(labels.begin(), labels.end(), [](std::string_view label) {
    return !label.empty() && label.size() <= kLabelBytesMax && kLabelChars.holds_all(label);
  });
}

std::uint16_t parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, port);
  const bool is_plain = !text.empty() && text[0] != '0' && error == std::errc() && stop == end;
  return is_plain ? port : 0;
}

std::variant<ConnectRequest, Rejection> parse_target(std::string_view target) {
  if (!kVisible.holds_all(target)) return bad("the target holds a character that has no place there");
  const std::string shown = '"' + base::shorten(target, 80) + '"';
  if (target.find('@') != std::string_view::npos) return bad("the target " + shown + " holds user information");
  const std::size_t colon = target.rfind(':');
  const std::uint16_t port = colon == std::string_view::npos ? 0 : parse_port(target.substr(colon + 1));
  if (port == 0) return bad("the target " + shown + " does not end with a port; host:port is needed");
  const std::string_view host = target.substr(0, colon);
  // An address without its brackets could be cut at the wrong colon.
  const bool is_ambiguous = !host.starts_with('[') && host.find(':') != std::string_view::npos;
  auto name = is_ambiguous ? std::nullopt : parse_host(host);
  if (!name) return bad("the target " + shown + " is none of the form name:port, address:port or [address]:port");
  return ConnectRequest{std::move(*name), port};
}

// What they say does not matter: the target alone counts, and what follows the head
// must be TLS.
bool are_headers(std::string_view lines) {
  while (!lines.empty()) {
    const std::size_t end = lines.find("\r\n");
    const std::string_view line = lines.substr(0, end);
    if (line.empty()) return true;
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return false;
    lines.remove_prefix(end + 2);
  }
  return true;
}

}  // namespace

std::optional<HostName> parse_host(std::string_view host) {
  if (host.starts_with('[')) {
    if (!host.ends_with(']')) return std::nullopt;
    return parse_v6(host.substr(1, host.size() - 2));
  }
  if (host.find(':') != std::string_view::npos) return parse_v6(host);
  boost::system::error_code ec;
  const auto address = ip::make_address_v4(std::string(host), ec);
  if (!ec) return HostName{address.to_string(), true};
  if (host.ends_with('.')) host.remove_suffix(1);
  if (!is_name(host)) return std::nullopt;
  return HostName{base::to_lower(host), false};
}

std::variant<ConnectRequest, Rejection> parse_connect(std::string_view head) {
  const std::size_t end = std::min(head.find("\r\n"), head.size());
  const auto words = base::split(head.substr(0, end), ' ');
  if (words.size() != 3 || !is_token(words[0])) return bad("the request line is none of the form CONNECT host:port HTTP/1.1");
  if (words[2] != "HTTP/1.1" && words[2] != "HTTP/1.0") return bad("the request is neither HTTP/1.1 nor HTTP/1.0");
  if (words[0] != "CONNECT") {
    return Rejection{405, "only https is let through: CONNECT host:port, not " + base::shorten(words[0], 20)};
  }
  if (!are_headers(head.substr(std::min(end + 2, head.size())))) return bad("a header line is none of the form name: value");
  return parse_target(words[1]);
}

std::string place_of(const ConnectRequest& request) {
  const std::string port = ":" + std::to_string(request.port);
  const bool is_v6 = request.host.text.find(':') != std::string::npos;
  return is_v6 ? "[" + request.host.text + "]" + port : request.host.text + port;
}

// The sentence stands in the status line too: many clients show nothing else.
std::string refusal_response(const Rejection& rejection) {
  const std::string allow = rejection.status == 405 ? "Allow: CONNECT\r\n" : "";
  return "HTTP/1.1 " + std::to_string(rejection.status) + " " + rejection.message + "\r\n" + allow +
         "Content-Type: text/plain; charset=utf-8\r\nContent-Length: " + std::to_string(rejection.message.size() + 1) +
         "\r\nConnection: close\r\n\r\n" + rejection.message + "\n";
}

}  // namespace collet::net
