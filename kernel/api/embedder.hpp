// Vectors for plugins, by the models of POST /v1/embeddings.
#pragma once

#include <map>

#include "api/context.hpp"
#include "base/embedder.hpp"

namespace collet::api {

class ModelEmbedder final : public base::Embedder {
 public:
  /// Before the loops run. The context outlives every call.
  void add(Context& context) { contexts_[&context.io] = &context; }
  boost::asio::awaitable<Result<base::Embeddings>> embed(boost::asio::io_context& io, std::string model, std::vector<std::string> texts,
                                                         base::CancelToken cancel) override;

 private:
  std::map<boost::asio::io_context*, Context*> contexts_;
};

}  // namespace collet::api
