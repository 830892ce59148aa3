#include "net/request_rules.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "base/text.hpp"
#include "net/response_head.hpp"

namespace collet::net {
namespace {

using base::equals_ignoring_case;
using Verdict = std::optional<Rejection>;

Rejection bad(std::string message) { return Rejection{400, std::move(message)}; }

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alnum(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// One line of the head, without its CRLF.
Verdict check_line(std::string_view line, bool is_first) {
  if (!kControls.holds_none(line)) {
    return bad("the request head holds a control character");
  }
  if (line.empty() || is_first) return std::nullopt;
  if (line.front() == ' ' || line.front() == '\t') {
    return bad("a header line begins with white space (folded headers are obsolete)");
  }
  return std::nullopt;
}

// "name", "name:port", "[address]" or "[address]:port".
bool is_host(std::string_view host) {
  std::string_view name = host;
  std::string_view port;
  if (host.starts_with('[')) {
    const std::size_t end = host.find(']');
    if (end == std::string_view::npos || end < 3) return false;
    name = host.substr(1, end - 1);
    const auto is_address = [](char c) { return is_alnum(c) || c == ':' || c == '.'; };
    if (!std::all_of(name.begin(), name.end(), is_address)) return false;
    port = host.substr(end + 1);
    if (!port.empty() && !port.starts_with(':')) return false;
  } else {
    const std::size_t colon = host.find(':');
    name = host.substr(0, colon);
    if (colon != std::string_view::npos) port = host.substr(colon);
    const auto is_name = [](char c) {
      return is_alnum(c) || std::strchr("-._~%!$&'()*+,;=", c) != nullptr;
    };
    if (name.empty() || !std::all_of(name.begin(), name.end(), is_name)) return false;
  }
  if (port.size() > 6 || (!port.empty() && !std::all_of(port.begin() + 1, port.end(), is_digit))) {
    return false;
  }
  return true;
}

Verdict check_host_value(std::string_view host) {
  if (is_host(host)) return std::nullopt;
  return bad("the Host header \"" + base::shorten(host, 80) + "\" is none of the form name or name:port");
}

// The headers that frame a message, gathered in one pass.
struct FramingHeaders {
  int hosts = 0, lengths = 0, encodings = 0, expectations = 0;
  std::string_view host, length, encoding, expectation;
  bool close = false, keep_alive = false;
};

void note_connection(std::string_view value, FramingHeaders& found) {
  for (const std::string_view option : base::split(value, ',')) {
    const std::string_view word = base::trim(option);
    if (equals_ignoring_case(word, "close")) found.close = true;
    if (equals_ignoring_case(word, "keep-alive")) found.keep_alive = true;
  }
}

FramingHeaders gather(const base::Headers& headers) {
  FramingHeaders found;
  for (const auto& [name, value] : headers) {
    switch (name.size()) {  // the length alone rules most headers out
      case 4:
        if (equals_ignoring_case(name, "host")) ++found.hosts, found.host = value;
        break;
      case 6:
        if (equals_ignoring_case(name, "expect")) ++found.expectations, found.expectation = value;
        break;
      case 10:
        if (equals_ignoring_case(name, "connection")) note_connection(value, found);
        break;
      case 14:
        if (equals_ignoring_case(name, "content-length")) ++found.lengths, found.length = value;
        break;
      case 17:
        if (equals_ignoring_case(name, "transfer-encoding")) ++found.encodings, found.encoding = value;
        break;
    }
  }
  return found;
}

Verdict check_length(const FramingHeaders& found, std::uint64_t body_bytes_max, Framing& framing) {
  if (found.lengths == 0) return std::nullopt;
  if (found.lengths > 1) return bad("Content-Length is given more than once");
  if (found.length.empty() || !std::all_of(found.length.begin(), found.length.end(), is_digit)) {
    return bad("Content-Length \"" + base::shorten(found.length, 40) + "\" is no decimal number");
  }
  const auto length = base::parse_int64(found.length);
  if (!length || static_cast<std::uint64_t>(*length) > body_bytes_max) {
    return Rejection{413, "the body has " + base::shorten(found.length, 40) +
                              " bytes; at most " + std::to_string(body_bytes_max) + " are taken"};
  }
  framing.content_length = static_cast<std::uint64_t>(*length);
  return std::nullopt;
}

Verdict check_encoding(const FramingHeaders& found, Framing& framing) {
  if (found.encodings == 0) return std::nullopt;
  if (framing.version < 11) return bad("Transfer-Encoding needs HTTP/1.1");
  if (found.lengths > 0) return bad("Transfer-Encoding and Content-Length exclude each other");
  if (found.encodings > 1) return bad("Transfer-Encoding is given more than once");
  if (equals_ignoring_case(found.encoding, "chunked")) {
    framing.chunked = true;
    return std::nullopt;
  }
  for (const std::string_view coding : base::split(found.encoding, ',')) {
    if (equals_ignoring_case(base::trim(coding), "chunked")) continue;
    return Rejection{501, "Transfer-Encoding \"" + base::shorten(found.encoding, 40) +
                              "\" is not supported; send the body plain or \"chunked\""};
  }
  return bad("Transfer-Encoding names \"chunked\" more than once");
}

Verdict check_expectation(const FramingHeaders& found, Framing& framing) {
  if (found.expectations == 0) return std::nullopt;
  if (found.expectations > 1 || !equals_ignoring_case(found.expectation, "100-continue")) {
    return Rejection{417, "Expect \"" + base::shorten(found.expectation, 40) +
                              "\" cannot be met; only 100-continue can"};
  }
  framing.expects_continue = framing.version >= 11;
  return std::nullopt;
}

// "//a///b" becomes "/a/b".
std::string collapse_slashes(std::string_view path) {
  std::string out;
  out.reserve(path.size());
  for (const char c : path) {
    if (c != '/' || out.empty() || out.back() != '/') out += c;
  }
  return out;
}

// The part of an absolute-form target that an origin-form one would have.
Verdict strip_authority(std::string_view& target) {
  const std::size_t start = target.find("://");
  const std::string_view scheme = target.substr(0, start);
  if (start == std::string_view::npos ||
      (!equals_ignoring_case(scheme, "http") && !equals_ignoring_case(scheme, "https"))) {
    return bad("the request target is neither a path nor an http URL");
  }
  target.remove_prefix(start + 3);
  const std::size_t end = std::min(target.find_first_of("/?"), target.size());
  const std::string_view authority = target.substr(0, end);
  if (authority.find('@') != std::string_view::npos) {
    return bad("the request target holds user information");
  }
  if (auto rejection = check_host_value(authority)) return rejection;
  target.remove_prefix(end);
  return std::nullopt;
}

}  // namespace

HeadScan scan_head(std::string_view bytes, std::size_t seen) {
  HeadScan scan;
  std::size_t line = seen;  // always the start of a line
  while (line < bytes.size()) {
    const char* found = static_cast<const char*>(std::memchr(bytes.data() + line, '\n', bytes.size() - line));
    if (!found) break;
    const std::size_t end = static_cast<std::size_t>(found - bytes.data());
    if (end == line || bytes[end - 1] != '\r') {
      scan.rejection = bad("a line of the request head ends with LF alone; CRLF is needed");
      return scan;
    }
    const std::string_view text = bytes.substr(line, end - 1 - line);
    scan.rejection = check_line(text, line == 0);
    if (scan.rejection) return scan;
    if (text.empty()) {
      scan.size = end + 1;
      return scan;
    }
    line = end + 1;
  }
  scan.seen = line;
  return scan;
}

Verdict check_head(const base::InboundRequest& request, std::uint64_t body_bytes_max, Framing& framing) {
  const FramingHeaders found = gather(request.headers);
  if (found.hosts > 1) return bad("the Host header is given more than once");
  if (found.hosts == 0 && framing.version >= 11) return bad("the Host header is missing");
  if (found.hosts == 1) {
    if (auto rejection = check_host_value(found.host)) return rejection;
  }
  if (auto rejection = check_encoding(found, framing)) return rejection;
  if (auto rejection = check_length(found, body_bytes_max, framing)) return rejection;
  framing.keep_alive = framing.version >= 11 ? !found.close : found.keep_alive && !found.close;
  return check_expectation(found, framing);
}

Verdict split_target(std::string_view method, std::string_view target, base::InboundRequest& request) {
  const auto is_visible = [](char c) { return c > 0x20 && c < 0x7f && c != '#'; };
  if (!std::all_of(target.begin(), target.end(), is_visible)) {
    return bad("the request target holds a character that belongs percent-encoded");
  }
  if (method == "CONNECT") return Rejection{501, "CONNECT is not supported; this is no proxy"};
  if (target == "*") {
    if (method != "OPTIONS") return bad("the request target * goes with OPTIONS only");
    request.path = "*";
    return std::nullopt;
  }
  if (!target.starts_with('/')) {
    if (auto rejection = strip_authority(target)) return rejection;
  }
  const std::size_t question = target.find('?');
  const std::string_view path = target.substr(0, question);
  request.path = path.empty() ? "/" : collapse_slashes(path);
  if (question != std::string_view::npos) request.query = target.substr(question + 1);
  return std::nullopt;
}

bool is_sane_request_id(std::string_view id) {
  const auto is_allowed = [](char c) { return is_alnum(c) || c == '.' || c == '_' || c == '-'; };
  return !id.empty() && id.size() <= 128 && std::all_of(id.begin(), id.end(), is_allowed);
}

}  // namespace collet::net
