#include "net/outbound_request.hpp"

#include "base/char_set.hpp"
#include "base/text.hpp"
#include "net/response_head.hpp"

namespace collet::net {

namespace {

// curl asks for a 100 Continue from 1 MiB on, which few model servers answer.
constexpr std::size_t kExpectBytes = 512 << 10;

constexpr base::CharSet kVisible([](char c) { return static_cast<unsigned char>(c) > 0x20 && c != 0x7f; });
constexpr base::CharSet kBreaks([](char c) { return c == '\r' || c == '\n' || c == '\0'; });

}  // namespace

Result<void> check_outbound(const base::HttpRequest& request) {
  if (!is_token(request.method)) return Error{Errc::invalid, "the HTTP method is no token"};
  if (request.url.empty() || !kVisible.holds_all(request.url)) {
    return Error{Errc::invalid, "the URL is empty or holds a space or a control character"};
  }
  for (const auto& [name, value] : request.headers) {
    if (!is_token(name)) {
      return Error{Errc::invalid, "the header name \"" + base::shorten(base::repair_utf8(name), 60) + "\" is no token"};
    }
    if (!kBreaks.holds_none(value)) {
      return Error{Errc::invalid, "the value of the header " + name + " holds a line break or NUL"};
    }
    if (base::equals_ignoring_case(name, "transfer-encoding")) {
      return Error{Errc::invalid, "the header Transfer-Encoding belongs to the client, not to its caller"};
    }
  }
  return {};
}

// User-Agent and Accept-Encoding are ours, not options of curl: what curl writes
// itself it formats twice, letter by letter; a line of the caller's goes through once.
std::vector<std::string> header_lines(const base::HttpRequest& request, const std::string& user_agent) {
  using base::equals_ignoring_case;
  std::vector<std::string> lines;
  lines.reserve(request.headers.size() + 4);
  bool has_agent = false, has_encoding = false, has_type = false;
  for (const auto& [name, value] : request.headers) {
    if (equals_ignoring_case(name, "content-length") || equals_ignoring_case(name, "expect")) continue;
    has_agent = has_agent || equals_ignoring_case(name, "user-agent");
    has_encoding = has_encoding || equals_ignoring_case(name, "accept-encoding");
    has_type = has_type || equals_ignoring_case(name, "content-type");
    std::string& line = lines.emplace_back();
    line.reserve(name.size() + value.size() + 2);
    line.append(name).append(value.empty() ? ";" : ": ").append(value);
  }
  if (!has_agent && !user_agent.empty()) lines.push_back("User-Agent: " + user_agent);
  if (!has_encoding) lines.emplace_back("Accept-Encoding: gzip, deflate");
  const bool is_post = request.method == "POST" || !request.body.empty();
  if (is_post && !has_type) lines.emplace_back("Content-Type:");
  if (request.body.size() > kExpectBytes) lines.emplace_back("Expect:");
  return lines;
}

void append_request_head(std::string& out, const base::HttpRequest& request, const PlainUrl& url,
                         const std::string& user_agent) {
  using base::equals_ignoring_case;
  out.append(request.method).append(url.target.starts_with('/') ? " " : " /").append(url.target).append(" HTTP/1.1\r\n");
  bool has_host = false, has_agent = false;
  for (const auto& [name, value] : request.headers) {
    if (equals_ignoring_case(name, "content-length") || equals_ignoring_case(name, "expect") ||
        equals_ignoring_case(name, "accept-encoding")) continue;
    has_host = has_host || equals_ignoring_case(name, "host");
    has_agent = has_agent || equals_ignoring_case(name, "user-agent");
    out.append(name).append(value.empty() ? ":" : ": ").append(value).append("\r\n");
  }
  if (!has_host) out.append("Host: ").append(url.authority).append("\r\n");
  if (!has_agent && !user_agent.empty()) out.append("User-Agent: ").append(user_agent).append("\r\n");
  out += "Accept-Encoding: identity\r\n";
  const bool has_length = !request.body.empty() || request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
  if (has_length) out.append("Content-Length: ").append(std::to_string(request.body.size())).append("\r\n");
  out += request.keep_alive ? "\r\n" : "Connection: close\r\n\r\n";
}

std::string origin_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return base::shorten(url.substr(0, url.find_first_of("?#")), 80);
  std::string_view rest = url.substr(scheme + 3);
  rest = rest.substr(0, rest.find_first_of("/?#"));
  const std::size_t at = rest.rfind('@');
  if (at != std::string_view::npos) rest.remove_prefix(at + 1);
  return base::shorten(std::string(url.substr(0, scheme + 3)) + std::string(rest), 120);
}

}  // namespace collet::net
