// Vectors of texts, as the kernel's lower floors see it. api/ implements it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "base/cancel.hpp"
#include "collet/result.hpp"

namespace collet::base {

struct Embeddings {
  std::string model;          ///< Its id.
  std::vector<float> values;  ///< One vector after the other.
  std::uint32_t dimensions = 0;
};

/// [any-thread]
class Embedder {
 public:
  virtual ~Embedder() = default;
  /// @param io the loop of the server that it runs on.
  /// @param model id or alias; "": the first that makes vectors.
  /// @error not_found (no such model), invalid (it makes no vectors), and what the model
  /// says: unavailable, timeout, cancelled, internal.
  virtual boost::asio::awaitable<Result<Embeddings>> embed(boost::asio::io_context& io, std::string model, std::vector<std::string> texts,
                                                           CancelToken cancel) = 0;
};

}  // namespace collet::base
