// Bytes in and out of one non-blocking socket, plain or through TLS.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

typedef struct ssl_ctx_st SSL_CTX;

namespace collet::net {

enum class IoStatus {
  done,        ///< Some bytes moved (or, peek: some wait).
  want_read,   ///< Try again when the socket is readable.
  want_write,  ///< Try again when the socket is writable.
  closed,      ///< The peer has ended its side, or the connection is broken.
};

struct IoResult {
  IoStatus status = IoStatus::closed;
  std::size_t bytes = 0;
  bool is_orderly = true;  ///< closed: by the peer, who had said all; else it broke.
};

/// Never blocks and never waits: the connection does the waiting. Does not own the
/// descriptor. [request-thread]
class Transport {
 public:
  virtual ~Transport() = default;
  virtual IoStatus handshake() = 0;
  virtual IoResult read(std::span<char> into) = 0;
  /// Writes what the socket takes of `first`, then of `second`.
  virtual IoResult write(std::string_view first, std::string_view second) = 0;
  /// Looks whether bytes wait, without taking them.
  virtual IoStatus peek() = 0;
  /// Tells the peer that nothing more will be written.
  virtual void end_writing() = 0;
};

[[nodiscard]] std::unique_ptr<Transport> make_plain_transport(int socket);
[[nodiscard]] std::unique_ptr<Transport> make_tls_transport(SSL_CTX* context, int socket);

}  // namespace collet::net
