// The loop's waits on a socket that somebody else owns.
#pragma once

#include <functional>
#include <memory>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

namespace collet::net {

/// Reports readiness again and again for as long as it is wanted. Does not close
/// the descriptor. [request-thread]
class SocketWatch : public std::enable_shared_from_this<SocketWatch> {
 public:
  enum class Ready { to_read, to_write };
  /// Called from the loop. May change what is wanted, and may release the watch.
  using Callback = std::function<void(int socket, Ready what)>;

  SocketWatch(boost::asio::io_context& io, int socket, Callback callback);

  void want(bool to_read, bool to_write);
  /// The descriptor is about to be closed: nothing is reported any more.
  void release();

 private:
  struct Wait {
    bool is_wanted = false;
    bool is_armed = false;
  };

  void arm(Wait& wait, Ready what);
  void on_ready(Wait& wait, Ready what);

  boost::asio::posix::stream_descriptor descriptor_;
  const Callback callback_;  // stays: release() may come from within it
  Wait read_;
  Wait write_;
};

}  // namespace collet::net
