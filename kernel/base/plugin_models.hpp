// Models for plugins, as the kernel's lower floors see them. api/ implements it.
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

struct CompletionRequest {
  std::string model;  ///< Id or alias; "": the first that writes text.
  std::string instructions, text;
  std::int64_t tokens_max = 0;  ///< 0: the model's own.
  std::int64_t timeout_ms = 0;
  std::string caller;  ///< Id of the key whose tokens these are.
};

struct Completion {
  std::string model;  ///< Its id.
  std::string text;
  bool is_cut = false;  ///< At tokens_max.
  std::int64_t prompt_tokens = 0, completion_tokens = 0;
};

/// [any-thread]
class PluginModels {
 public:
  virtual ~PluginModels() = default;
  /// @param io the loop of the server that it runs on.
  /// @param model id or alias; "": the first that makes vectors.
  /// @error not_found (no such model), invalid (it makes no vectors), and what the model
  /// says: unavailable, timeout, cancelled, internal.
  virtual boost::asio::awaitable<Result<Embeddings>> embed(boost::asio::io_context& io, std::string model, std::vector<std::string> texts,
                                                           CancelToken cancel) = 0;
  /// One answer of a model that has no tools. @error as embed().
  virtual boost::asio::awaitable<Result<Completion>> complete(boost::asio::io_context& io, CompletionRequest request, CancelToken cancel) = 0;
};

}  // namespace collet::base
