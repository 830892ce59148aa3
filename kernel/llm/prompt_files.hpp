// What a model server has read of the fixed prompts, kept on its disk: the next start
// of the model loads in milliseconds what took it half a minute to read.
#pragma once

#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "base/http_client.hpp"
#include "llm/embedded.hpp"
#include "llm/provider.hpp"

namespace collet::llm {

/// Speaks the `/slots` interface of llama.cpp's server. All of it is best effort: a
/// server without it, a file that is missing, cut or of other prompts, and the prompts
/// are read as before. The files hold prompts of tools, and nothing that users said as
/// long as save() comes before the first request. [request-thread]
class PromptFiles {
 public:
  /// @param tools that are warmed up; others have other files.
  /// @param client, model outlive this.
  PromptFiles(base::HttpClient& client, const EmbeddedModel& model, const std::vector<ToolSpec>& tools);

  boost::asio::awaitable<void> restore();
  boost::asio::awaitable<void> save();

 private:
  boost::asio::awaitable<void> each_slot(std::string action);

  base::HttpClient& client_;
  const EmbeddedModel& model_;
  const std::string name_;
};

}  // namespace collet::llm
