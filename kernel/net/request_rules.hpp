// What makes a request acceptable beyond what Beast's parser checks. Each rule
// closes a door through which two servers could see different requests in the
// same bytes. Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/http_server.hpp"

namespace collet::net {

/// A request that net answers itself; the connection ends after it.
struct Rejection {
  int status = 400;
  std::string message;
};

/// Whether `bytes`, of which the first `seen` have been looked at before, hold a
/// whole head.
struct HeadScan {
  std::size_t size = 0;  ///< Of the head with its empty line; 0: more is needed.
  std::size_t seen = 0;  ///< For the next call.
  std::optional<Rejection> rejection;
};
[[nodiscard]] HeadScan scan_head(std::string_view bytes, std::size_t seen);

/// How the body is framed and what happens to the connection afterwards.
struct Framing {
  int version = 11;  ///< 10 or 11.
  bool chunked = false;
  std::uint64_t content_length = 0;
  bool keep_alive = true;
  bool expects_continue = false;
};

/// Checks Host, Content-Length, Transfer-Encoding, Expect and Connection.
/// @param framing `version` is read, the rest is filled.
[[nodiscard]] std::optional<Rejection> check_head(const base::InboundRequest& request,
                                                  std::uint64_t body_bytes_max, Framing& framing);

/// Takes a request target in any of its forms apart into path and query.
[[nodiscard]] std::optional<Rejection> split_target(std::string_view method, std::string_view target,
                                                    base::InboundRequest& request);

/// True for 1 to 128 of [A-Za-z0-9._-].
[[nodiscard]] bool is_sane_request_id(std::string_view id);

}  // namespace collet::net
