#include "net/response_head.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <ctime>

#include "base/text.hpp"
#include "collet/json.hpp"

namespace collet::net {
namespace {

constexpr std::size_t kUsualHeadBytes = 640;

std::string_view reason(int status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 417: return "Expectation Failed";
    case 422: return "Unprocessable Content";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    default: return "Status";
  }
}

void append_number(std::string& out, std::uint64_t number, int radix = 10) {
  char digits[24];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, number, radix);
  out.append(digits, end);
}

bool is_own(std::string_view name) {
  using base::equals_ignoring_case;
  switch (name.size()) {
    case 4: return equals_ignoring_case(name, "date");
    case 10: return equals_ignoring_case(name, "connection");
    case 12: return equals_ignoring_case(name, "x-request-id");
    case 14: return equals_ignoring_case(name, "content-length");
    case 17: return equals_ignoring_case(name, "transfer-encoding");
    default: return false;
  }
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
  if (!is_token(name) || is_own(name)) return;
  out.append(name).append(": ");
  const std::size_t start = out.size();
  out += value;
  if (!kControls.holds_none(value)) {
    for (std::size_t i = start; i < out.size(); ++i) {
      if (kControls.holds(out[i])) out[i] = ' ';
    }
  }
  out += "\r\n";
}

}  // namespace

bool is_token(std::string_view name) {
  static constexpr base::CharSet kTokenChars([](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-_!#$%&'*+.^`|~").find(c) != std::string_view::npos;
  });
  return !name.empty() && kTokenChars.holds_all(name);
}

void append_head(std::string& out, const ResponseHead& head) {
  out.reserve(out.size() + kUsualHeadBytes);
  out += "HTTP/1.1 ";
  append_number(out, static_cast<std::uint64_t>(head.status));
  out.append(" ").append(reason(head.status)).append("\r\n");
  if (head.headers) {
    for (const auto& [name, value] : *head.headers) append_header(out, name, value);
  }
  if (!head.request_id.empty()) out.append("x-request-id: ").append(head.request_id).append("\r\n");
  out.append("Date: ").append(head.date).append("\r\n");
  if (head.framing == BodyFraming::chunked) out += "Transfer-Encoding: chunked\r\n";
  if (head.framing == BodyFraming::length) {
    out += "Content-Length: ";
    append_number(out, head.content_length);
    out += "\r\n";
  }
  out += head.keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
}

void append_chunk(std::string& out, std::string_view piece) {
  if (piece.empty()) return;  // an empty chunk would end the body
  constexpr std::size_t kFrameBytes = 20;  // the size in hex and two line ends
  if (out.empty()) out.reserve(piece.size() + kFrameBytes);
  append_number(out, piece.size(), 16);
  out.append("\r\n").append(piece).append("\r\n");
}

std::string error_body(int status, std::string_view message) {
  JsonWriter json;
  json.begin_object().key("error").begin_object();
  json.member("code", status).member("message", message);
  json.member("type", status == 500 || status == 503 ? "server_error" : "invalid_request_error");
  json.end_object().member("message", message).end_object();
  return json.take();
}

std::string error_response(int status, std::string_view message, std::string_view request_id,
                           std::string_view date) {
  const std::string body = error_body(status, message);
  base::Headers headers{{"content-type", "application/json"}};
  if (status == 503) headers.emplace_back("retry-after", "1");
  std::string out;
  append_head(out, {.status = status,
                    .headers = &headers,
                    .request_id = request_id,
                    .date = date,
                    .content_length = body.size(),
                    .keep_alive = false});
  return out + body;
}

std::string http_date(std::int64_t unix_seconds) {
  static constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t seconds = unix_seconds;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[64];
  std::snprintf(text, sizeof text, "%s, %02d %s %04d %02d:%02d:%02d GMT",
                kDays[static_cast<std::size_t>(utc.tm_wday)], utc.tm_mday,
                kMonths[static_cast<std::size_t>(utc.tm_mon)], utc.tm_year + 1900, utc.tm_hour,
                utc.tm_min, utc.tm_sec);
  return text;
}

}  // namespace collet::net
