// The configured models, for plugins.
#pragma once

#include <map>

#include "api/context.hpp"
#include "base/plugin_models.hpp"

namespace collet::api {

class ServerModels final : public base::PluginModels {
 public:
  /// Before the loops run. The context outlives every call.
  void add(Context& context) { contexts_[&context.io] = &context; }
  boost::asio::awaitable<Result<base::Embeddings>> embed(boost::asio::io_context& io, std::string model, std::vector<std::string> texts,
                                                         base::CancelToken cancel) override;
  boost::asio::awaitable<Result<base::Completion>> complete(boost::asio::io_context& io, base::CompletionRequest request,
                                                            base::CancelToken cancel) override;

 private:
  [[nodiscard]] Context* find(boost::asio::io_context& io) const;

  std::map<boost::asio::io_context*, Context*> contexts_;
};

}  // namespace collet::api
