// The text of response heads and of the errors that net answers itself.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/char_set.hpp"
#include "base/http_client.hpp"

namespace collet::net {

/// What has no place in a head, besides the ends of its lines.
inline constexpr base::CharSet kControls([](char c) {
  return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
});

/// How the end of the body is told.
enum class BodyFraming { length, chunked, until_close, none };

struct ResponseHead {
  int status = 200;
  const base::Headers* headers = nullptr;
  std::string_view request_id;
  std::string_view date;
  BodyFraming framing = BodyFraming::length;
  std::size_t content_length = 0;  ///< For BodyFraming::length.
  bool keep_alive = true;
};

/// Whether `text` may be a header's name or a method (RFC 9110 token).
[[nodiscard]] bool is_token(std::string_view text);

/// Appends status line, headers and empty line. Control characters in a header's
/// value become spaces; a header whose name is no token is left out, and so are
/// those that net writes itself.
void append_head(std::string& out, const ResponseHead& head);

/// Appends one chunk of a chunked body; nothing for an empty piece.
void append_chunk(std::string& out, std::string_view piece);

/// {"error":{"code":N,"message":...,"type":...},"message":...}
[[nodiscard]] std::string error_body(int status, std::string_view message);

/// A whole response of net's own that closes the connection.
[[nodiscard]] std::string error_response(int status, std::string_view message,
                                         std::string_view request_id, std::string_view date);

/// "Tue, 15 Nov 1994 08:12:31 GMT"
[[nodiscard]] std::string http_date(std::int64_t unix_seconds);

}  // namespace collet::net
