// The frames of the event streams, in the documented spelling: no space after
// the colons, one empty line between.
#pragma once

#include <string>
#include <string_view>

#include "base/http_server.hpp"

namespace collet::api {

inline constexpr std::string_view kDoneFrame = "event:done\ndata:[DONE]\n\n";

/// "event:message\ndata:{...}\n\n"
[[nodiscard]] inline std::string message_frame(std::string_view json) {
  std::string frame;
  frame.reserve(json.size() + 24);
  frame.append("event:message\ndata:").append(json).append("\n\n");
  return frame;
}

/// @param own those of the exchange, which a stream keeps no second time.
[[nodiscard]] inline base::Headers stream_headers(base::Headers own) {
  own.emplace_back("Content-Type", "text/event-stream");
  own.emplace_back("Cache-Control", "no-cache");
  own.emplace_back("X-Accel-Buffering", "no");
  return own;
}

/// A comment, the one keep-alive that every client ignores.
[[nodiscard]] inline base::StreamOptions stream_options(std::int64_t keepalive_ms) {
  return {keepalive_ms, ": keepalive\n\n"};
}

}  // namespace collet::api
