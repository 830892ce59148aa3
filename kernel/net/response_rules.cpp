#include "net/response_rules.hpp"

#include <algorithm>
#include <charconv>
#include <string>

#include "base/text.hpp"
#include "net/response_head.hpp"

namespace collet::net {
namespace {

using base::equals_ignoring_case;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

Error bad(std::string message) { return Error{Errc::unavailable, std::move(message)}; }

// The headers that frame a message, gathered in one pass.
struct Found {
  std::string_view length, encoding, coding;
  int encodings = 0;
  bool has_length = false, lengths_differ = false, close = false, keep_alive = false;
};

bool has_word(std::string_view list, std::string_view word) {
  for (;;) {
    const std::size_t comma = list.find(',');
    if (equals_ignoring_case(base::trim(list.substr(0, comma)), word)) return true;
    if (comma == std::string_view::npos) return false;
    list.remove_prefix(comma + 1);
  }
}

void note(std::string_view name, std::string_view value, Found& found) {
  switch (name.size()) {  // the length alone rules most headers out
    case 10:
      if (!equals_ignoring_case(name, "connection")) return;
      found.close = found.close || has_word(value, "close");
      found.keep_alive = found.keep_alive || has_word(value, "keep-alive");
      return;
    case 14:
      if (!equals_ignoring_case(name, "content-length")) return;
      found.lengths_differ = found.lengths_differ || (found.has_length && found.length != value);
      found.has_length = true;
      found.length = value;
      return;
    case 16:
      if (equals_ignoring_case(name, "content-encoding")) found.coding = value;
      return;
    case 17:
      if (equals_ignoring_case(name, "transfer-encoding")) ++found.encodings, found.encoding = value;
      return;
  }
}

// "HTTP/1.1 200 OK", the reason left out by some. @return the minor version, or -1.
int parse_status_line(std::string_view line, base::HttpHead& head) {
  constexpr std::size_t kStatusAt = 9, kStatusEnd = 12;
  const bool fits = line.size() >= kStatusEnd && line.starts_with("HTTP/1.") && (line[7] == '0' || line[7] == '1') &&
                    line[8] == ' ' && std::all_of(line.begin() + kStatusAt, line.begin() + kStatusEnd, is_digit) &&
                    line[kStatusAt] != '0' && (line.size() == kStatusEnd || line[kStatusEnd] == ' ');
  if (!fits) return -1;
  std::from_chars(line.data() + kStatusAt, line.data() + kStatusEnd, head.status);
  return line[7] - '0';
}

Result<ResponseFraming> frame(const Found& found, int minor_version) {
  ResponseFraming framing;
  framing.keep_alive = !found.close && (minor_version >= 1 || found.keep_alive);
  if (!equals_ignoring_case(found.coding, "identity")) framing.coding = found.coding;
  if (found.encodings > 0) {
    if (found.has_length) return bad("the response has both Content-Length and Transfer-Encoding");
    if (found.encodings > 1 || minor_version < 1 || !equals_ignoring_case(found.encoding, "chunked")) {
      return bad("the response has a Transfer-Encoding other than chunked");
    }
    framing.chunked = true;
    return framing;
  }
  if (!found.has_length) return framing;
  if (found.lengths_differ) return bad("the response has more than one Content-Length");
  const auto length = base::parse_int64(found.length);
  if (!length || !std::all_of(found.length.begin(), found.length.end(), is_digit)) {
    return bad("the response's Content-Length is no decimal number");
  }
  framing.has_length = true;
  framing.content_length = static_cast<std::uint64_t>(*length);
  return framing;
}

}  // namespace

Result<ResponseFraming> parse_response_head(std::string_view text, base::HttpHead& head) {
  Found found;
  int minor_version = -1;
  for (bool is_first = true; !text.empty(); is_first = false) {
    const std::size_t end = std::min(text.find("\r\n"), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 2, text.size()));
    if (!kControls.holds_none(line)) return bad("the response head holds a control character");
    if (is_first) {
      minor_version = parse_status_line(line, head);
      if (minor_version < 0) break;
      continue;
    }
    const std::size_t colon = line.find(':');
    const std::string_view name = line.substr(0, colon);
    if (colon == std::string_view::npos || !is_token(name)) return bad("a line of the response head is no header");
    const std::string_view value = base::trim(line.substr(colon + 1));
    note(name, value, found);
    head.headers.emplace_back(name, value);
  }
  if (minor_version < 0) return bad("the peer does not speak HTTP/1.x");
  return frame(found, minor_version);
}

}  // namespace collet::net
