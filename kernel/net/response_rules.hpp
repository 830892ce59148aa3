// What a response head must be like. Pure functions.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/http_client.hpp"
#include "collet/result.hpp"

namespace collet::net {

/// How the body is told from what follows it. Views are into the head's text.
struct ResponseFraming {
  bool chunked = false;
  bool has_length = false;
  std::uint64_t content_length = 0;
  bool keep_alive = true;
  std::string_view coding;  ///< Content-Encoding; empty for none.
};

/// @param text status line and header lines, without the empty line at their end.
/// @param head is filled; what it held is kept in front.
/// @error unavailable: not HTTP/1.x, or open to more than one reading.
[[nodiscard]] Result<ResponseFraming> parse_response_head(std::string_view text, base::HttpHead& head);

}  // namespace collet::net
