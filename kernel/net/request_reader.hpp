// Turns the bytes of one connection into requests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include <boost/beast/core/flat_buffer.hpp>

#include "base/http_server.hpp"
#include "net/request_rules.hpp"

namespace collet::net {

struct ReaderLimits {
  std::size_t head_bytes_max = 32 << 10;
  std::uint64_t body_bytes_max = 4u << 20;
};

/// One message after the other; reset() between them. [request-thread]
class RequestReader {
 public:
  enum class Progress {
    waiting,   ///< No byte of a request has come yet.
    head,      ///< Within the head.
    body,      ///< The head is whole and checked, the body is not.
    complete,  ///< request() is ready.
    rejected,  ///< rejection() says why; nothing more can be read here.
  };

  explicit RequestReader(const ReaderLimits& limits);
  ~RequestReader();

  /// Consumes from `bytes` what belongs to this request.
  Progress advance(boost::beast::flat_buffer& bytes);
  /// Forgets the message; the next advance() begins another.
  void reset();

  [[nodiscard]] base::InboundRequest& request() { return request_; }
  [[nodiscard]] const Framing& framing() const { return framing_; }
  [[nodiscard]] const Rejection& rejection() const { return rejection_; }

 private:
  class Parser;

  Progress read_head(boost::beast::flat_buffer& bytes);
  Progress read_body(boost::beast::flat_buffer& bytes);
  Progress reject(Rejection rejection);

  ReaderLimits limits_;
  base::InboundRequest request_;
  Framing framing_;
  Rejection rejection_;
  std::size_t scanned_ = 0;
  std::size_t line_ends_skipped_ = 0;
  std::unique_ptr<Parser> parser_;  // only while a request is being read
};

}  // namespace collet::net
