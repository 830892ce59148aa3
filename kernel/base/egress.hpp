// Outgoing HTTP on behalf of plugins: every hop of it is checked before it is taken. net/
// implements it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "base/cancel.hpp"
#include "base/egress_decision.hpp"
#include "base/http_client.hpp"
#include "collet/result.hpp"

namespace collet::base {

struct EgressRequest {
  HttpRequest http;
  std::vector<std::string> hosts;  ///< "NAME" or "*.NAME", lower case; empty: every public host.
  bool follows_redirects = true;
  std::string cache_scope;         ///< Who shares answers with whom; "": none are kept.
};

struct EgressEvents {
  std::function<void(const EgressDecision&)> decided;
  /// Pieces of the body, decompressed; false: no more is wanted. Empty: the body comes with
  /// the answer.
  std::function<bool(std::string_view)> body;
};

struct EgressAnswer {
  /// @error denied (a rule), invalid (URL, header), limit (`body` holds what came), timeout,
  /// unavailable, cancelled.
  Result<void> status;
  HttpHead head;     ///< Of the last hop, without what the transport has dealt with.
  std::string body;
  std::string url;   ///< Of the last hop.
  bool is_cached = false;  ///< The body was there already.
};

/// [any-thread]
class Egress {
 public:
  virtual ~Egress() = default;
  /// @param io the loop it runs on; nothing is called anywhere else.
  virtual boost::asio::awaitable<EgressAnswer> fetch(boost::asio::io_context& io, EgressRequest request, EgressEvents events,
                                                     CancelToken cancel) = 0;
};

}  // namespace collet::base
