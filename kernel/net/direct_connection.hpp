// One connection to a peer that speaks plain HTTP/1.1: one exchange after the other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "net/dialer.hpp"
#include "net/plain_url.hpp"
#include "net/response_reader.hpp"
#include "net/transfer.hpp"
#include "net/transport.hpp"

namespace collet::net {

class DirectConnection;
struct DirectPeer;

/// A transfer on its way through this transport.
struct DirectTransfer final : Transfer {
  explicit DirectTransfer(base::HttpRequest taken) : Transfer(std::move(taken)) {}

  PlainUrl url;  ///< Views into request().
  std::shared_ptr<DirectPeer> peer;
  bool wants_fresh = false;  ///< Not a connection that has been used before.
  std::shared_ptr<Dialer> dialer;
  std::shared_ptr<DirectConnection> connection;  ///< The one that works for it.
};

/// Owned by its transfer or, at rest, by the pool. [request-thread]
class DirectConnection : public std::enable_shared_from_this<DirectConnection> {
 public:
  class Owner {
   public:
    /// Shared by all connections: holds nothing from one call to the next.
    virtual std::span<char> scratch() = 0;
    virtual std::string& scratch_text() = 0;
    virtual void on_news(Transfer& transfer) = 0;
    /// The transfer is over; the connection can take another one.
    virtual void on_rest(DirectConnection& connection, DirectTransfer& transfer) = 0;
    /// The transfer is over; the connection is closed.
    virtual void on_over(DirectTransfer& transfer) = 0;
    /// Nothing of a response has come, and the connection is closed, which had been
    /// at rest before: the request is to be sent on a fresh one.
    virtual void on_stale(DirectTransfer& transfer) = 0;
    /// It was at rest and the peer has closed it.
    virtual void on_lost(DirectConnection& connection) = 0;
    /// End of what the loop has called: coroutines may be resumed.
    virtual void on_settled() = 0;

   protected:
    ~Owner() = default;
  };

  DirectConnection(Owner& owner, DirectSocket socket, std::shared_ptr<DirectPeer> peer, const HttpClientOptions& options);

  /// Sends the transfer's request, as much of it as the socket takes at once.
  void start(DirectTransfer& transfer);
  /// Reads on after a pause.
  void resume();
  /// Leaves the transfer where it is. Nothing is called any more.
  void close();
  /// At rest: whether neither an end nor a byte has come, which would belong to nothing,
  /// and it has not rested for so long that somebody between may have forgotten it.
  [[nodiscard]] bool is_usable();
  [[nodiscard]] DirectPeer& peer() const { return *peer_; }

 private:
  void send(std::string_view head);
  void on_readable();
  void receive();
  void take(std::string_view bytes);
  void on_end(bool is_orderly);
  void finish(bool is_reusable);
  void fail(const Error& error);
  void await_readable();
  void await_writable();

  Owner* owner_;  // null: closed
  DirectSocket socket_;
  std::unique_ptr<Transport> transport_;
  const std::shared_ptr<DirectPeer> peer_;
  const HttpClientOptions& options_;
  ResponseReader reader_{kAnswerHeadBytesMax};
  DirectTransfer* transfer_ = nullptr;  // null: at rest
  std::string head_;                    // of a request that did not go out at once
  std::size_t sent_ = 0;                // of its head and body
  bool is_sent_ = false;
  bool is_reused_ = false;
  bool is_read_armed_ = false;
  std::int64_t rests_since_ms_ = 0;
};

}  // namespace collet::net
