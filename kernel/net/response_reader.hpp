// Finds HTTP/1.x responses in the bytes of a connection. Strict: where two readers
// could see different responses in the same bytes, it sees none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/http_client.hpp"
#include "collet/result.hpp"

namespace collet::net {

/// One response after the other; begin() between them. No I/O. [request-thread]
class ResponseReader {
 public:
  enum class Progress {
    more,      ///< The bytes are taken; further ones are needed.
    head,      ///< head() is whole, informational ones skipped.
    body,      ///< piece() holds the next of the body: a view into the bytes given.
    complete,  ///< What is left of the bytes belongs to no response.
    broken,    ///< error() says why; nothing more can be read here.
  };

  explicit ResponseReader(std::size_t head_bytes_max) : head_bytes_max_(head_bytes_max) {}

  /// The response to another request. @param to_head its method is HEAD.
  void begin(bool to_head);
  /// Takes one step and what it needs from the front of `bytes`. To be called again
  /// until it says more, complete or broken.
  Progress advance(std::string_view& bytes);
  /// The peer has closed: complete where that is the end of the body, else broken.
  Progress finish();

  [[nodiscard]] base::HttpHead& head() { return head_; }
  [[nodiscard]] std::string_view piece() const { return piece_; }
  [[nodiscard]] const Error& error() const { return *error_; }
  /// Whether any byte of the response has come.
  [[nodiscard]] bool begun() const { return begun_; }
  /// Whether the connection may be used again; counts once it is complete.
  [[nodiscard]] bool keeps_alive() const { return keeps_alive_; }

 private:
  enum class State {
    head, sized, until_close, over,
    size_begin, size, size_space, extension, size_end, chunk, chunk_return, chunk_end,  // of a chunked body
    trailer_begin, trailer, trailer_end, last_end,
  };

  Progress read_head(std::string_view& bytes);
  Progress take_head(std::string_view head);
  Progress read_sized(std::string_view& bytes);
  Progress read_chunked(std::string_view& bytes);
  bool step(char c);
  bool take_digit(char c);
  Progress fail(std::string_view what, Errc code = Errc::unavailable);

  const std::size_t head_bytes_max_;
  State state_ = State::over;
  bool to_head_ = false;
  bool begun_ = false;
  bool keeps_alive_ = false;
  std::size_t head_bytes_ = 0;   // of all heads of this response
  std::size_t extra_bytes_ = 0;  // around a chunk, or of the trailers
  std::uint64_t left_ = 0;       // of the body or the chunk
  std::string text_;             // a head that has come in part
  std::string_view piece_;
  base::HttpHead head_;
  std::optional<Error> error_;
};

}  // namespace collet::net
