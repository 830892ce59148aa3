// URLs that plugins name, read by the very library that then connects. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "collet/result.hpp"

namespace collet::net {

struct EgressUrl {
  std::string text;    ///< Whole and normalised, without its fragment.
  std::string scheme;  ///< http or https.
  std::string host;    ///< Lower case, IPv4 in its usual spelling, IPv6 in brackets; no dot at the end.
  std::uint16_t port = 0;
  [[nodiscard]] std::string origin() const { return scheme + "://" + host + ":" + std::to_string(port); }
};

/// @param from the URL that `text` is relative to; "": it must be whole.
/// @error invalid: no http or https URL; denied: it holds a user or a password.
[[nodiscard]] Result<EgressUrl> parse_egress_url(const std::string& text, const std::string& from = "");

/// "example.org" fits itself, "*.example.org" every name below it.
[[nodiscard]] bool fits_host(std::string_view pattern, std::string_view host);

}  // namespace collet::net
