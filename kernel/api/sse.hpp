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

[[nodiscard]] inline base::Headers stream_headers() {
  return {{"Content-Type", "text/event-stream"}, {"Cache-Control", "no-cache"}, {"X-Accel-Buffering", "no"}};
}

/// A comment, the one keep-alive that every client ignores.
[[nodiscard]] inline base::StreamOptions stream_options(std::int64_t keepalive_ms) {
  return {keepalive_ms, ": keepalive\n\n"};
}

}  // namespace collet::api
