#include "llm/prompt_files.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>

#include "base/ids.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "llm/planner_prompts.hpp"

namespace collet::llm {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kNameDigits = 16;
constexpr int kSlotsMax = 8;
constexpr base::HttpTimeouts kTimeouts{.connect_ms = 2'000, .first_byte_ms = 20'000, .idle_ms = 20'000, .total_ms = 30'000};
constexpr std::uint64_t kAnswerBytesMax = 64u << 10;

/// The same for the same prompts.
std::string name_of(const std::vector<ToolSpec>& tools) {
  std::string text;
  for (const auto& tool : tools) text += planning::tool_line(tool) + tool.parameters.dump() + "\n";
  return base::sha256_hex(text).substr(0, kNameDigits);
}

}  // namespace

PromptFiles::PromptFiles(base::HttpClient& client, const EmbeddedModel& model, const std::vector<ToolSpec>& tools)
    : client_(client), model_(model), name_(name_of(tools)) {}

asio::awaitable<void> PromptFiles::restore() { return each_slot("restore"); }
asio::awaitable<void> PromptFiles::save() { return each_slot("save"); }

asio::awaitable<void> PromptFiles::each_slot(std::string action) {
  constexpr std::string_view kApi = "/v1";
  std::string url = model_.status().base_url;
  if (!url.ends_with(kApi)) co_return;
  url.resize(url.size() - kApi.size());
  const int slots = std::min(model_.settings().embedded.slots, kSlotsMax);
  for (int slot = 0; slot < slots; ++slot) {
    const std::string number = std::to_string(slot);
    base::HttpRequest request;
    request.method = "POST";
    request.url = url + "/slots/" + number + "?action=" + action;
    request.headers = {{"Content-Type", "application/json"}, {"Authorization", "Bearer " + model_.api_key()}};
    request.body = json::object({{"filename", name_ + "-" + number + ".bin"}}).dump();
    request.timeouts = kTimeouts;
    request.response_bytes_max = kAnswerBytesMax;
    const auto answer = co_await base::fetch(client_, std::move(request));
    const std::string said = answer ? std::to_string(answer->head.status) + " " + base::shorten(answer->body, 200) : answer.error().message;
    base::log_debug("prompt file", {{"model", model_.settings().id}, {"action", action}, {"slot", slot}, {"said", said}});
  }
}

}  // namespace collet::llm
