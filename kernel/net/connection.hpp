// One client connection: reads requests, has them answered, ends when told, when
// the client leaves or when somebody is too slow.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include "base/cancel.hpp"
#include "net/census.hpp"
#include "net/exchange.hpp"
#include "net/hub.hpp"
#include "net/outbox.hpp"
#include "net/request_reader.hpp"
#include "net/signal.hpp"
#include "net/transport.hpp"

namespace collet::net {

/// Lives as long as its session coroutine or a wait on its socket.
/// [request-thread]
class Connection final : public std::enable_shared_from_this<Connection>, private Outbox::Owner {
 public:
  struct Parts {
    boost::asio::ip::tcp::socket socket;
    std::unique_ptr<Transport> transport;
    std::string peer;
    Census::Place place;
  };

  Connection(std::shared_ptr<Hub> hub, Parts parts);
  ~Connection();

  /// Begins to serve. [request-thread of the hub]
  static void start(const std::shared_ptr<Hub>& hub, Parts parts);

  [[nodiscard]] bool is_due(std::int64_t now_ms) const;
  /// Enforces deadlines, writes keep-alives, looks for hung-up clients.
  void tick(std::int64_t now_ms);
  void drain();
  /// Tells the running handler to end, which may still answer.
  void end_request(const Error& reason);
  void close();
  void drop();

 private:
  enum class Phase { handshake, waiting, head, body, handling, ending };
  enum class Input { bytes, gone, expired };

  static boost::asio::awaitable<void> serve(std::shared_ptr<Connection> self);
  boost::asio::awaitable<void> converse();
  boost::asio::awaitable<bool> handshake();
  boost::asio::awaitable<bool> read_request();
  boost::asio::awaitable<void> answer();
  boost::asio::awaitable<void> reject(const Rejection& rejection);
  boost::asio::awaitable<void> finish();
  boost::asio::awaitable<Input> more_input();

  void enter(Phase phase);
  void follow(RequestReader::Progress progress);
  void rest_buffer();
  void await_input(IoStatus wanted);
  void on_readable();
  void look_for_disconnect();
  void lose(Error write_error, std::string_view reason);

  void await_io(IoStatus wanted) override { await_input(wanted); }
  void flush_soon() override;
  void on_write_failed() override;

  const std::shared_ptr<Hub> hub_;
  Parts parts_;
  Hub::Entry entry_;
  boost::beast::flat_buffer in_;
  RequestReader reader_;
  Outbox outbox_;
  Signal input_;
  std::optional<base::CancelSource> gone_;  // while a handler runs
  Exchange* exchange_ = nullptr;            // while a handler runs
  std::int64_t deadline_ms_ = kNever;
  Phase phase_ = Phase::handshake;
  bool is_first_request_ = true;
  bool keeps_alive_ = true;
  bool has_unread_input_ = false;
  bool is_read_armed_ = false;
  bool is_write_armed_ = false;
  bool is_expired_ = false;
  bool is_closed_ = false;
  bool is_polled_ = false;  // pipelined bytes hide the end of the stream
};

}  // namespace collet::net
