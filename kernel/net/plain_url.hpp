// The http:// URLs that need no library to be understood. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace collet::net {

/// Views into the text it was made of.
struct PlainUrl {
  std::string_view authority;  ///< "name:port" as for the Host header; no port where it is 80.
  std::string_view host;       ///< A name or an address, without brackets.
  std::uint16_t port = 80;
  std::string_view target;     ///< Path and query; without its first '/' when none was given.
};

/// Empty for everything out of the ordinary, right or wrong: another scheme, a user,
/// a path with dot segments, bytes that must be escaped.
[[nodiscard]] std::optional<PlainUrl> parse_plain_url(std::string_view url);

}  // namespace collet::net
