// The first message of a TLS connection, looked at in passing: to which name does the
// client speak? Strict where servers differ, so that no server can read another name
// in the same bytes. Pure, no allocation.
#pragma once

#include <cstddef>
#include <string_view>

namespace collet::net {

/// With its record headers, as it came.
inline constexpr std::size_t kClientHelloBytesMax = 16 << 10;

struct ClientHello {
  enum class State {
    partial,  ///< More bytes are needed.
    whole,
    refused,
  };
  State state = State::partial;
  /// whole: the server name that is asked for, as it was written; "" for none.
  /// Visible ASCII.
  [[nodiscard]] std::string_view server_name() const { return {name, name_bytes}; }
  std::string_view refusal;  ///< refused: why.

  char name[255] = {};
  std::size_t name_bytes = 0;
};

/// @param bytes from the connection's first one on; what follows the message is not
/// looked at.
[[nodiscard]] ClientHello read_client_hello(std::string_view bytes);

}  // namespace collet::net
