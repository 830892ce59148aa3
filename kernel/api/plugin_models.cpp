#include "api/plugin_models.hpp"

#include <algorithm>
#include <utility>

#include "api/models.hpp"
#include "api/usage.hpp"

namespace collet::api {
namespace {

const std::string kVectors = "text-to-embedding";
const std::string kWords = "text-to-text";

/// @param asked id or alias; "": the first of the type.
Result<ModelChoice> choose(const Context& context, const std::string& asked, const std::string& type) {
  const auto& models = context.shared.settings.models;
  const auto first = std::ranges::find_if(models, [&](const auto& model) { return has_type(model, type); });
  if (asked.empty() && first == models.end()) return Error{Errc::not_found, "no model of the configuration has the type " + type};
  auto model = choose_model(context, asked.empty() ? first->id : asked);
  if (!model) return Error{Errc::not_found, model.error().message};
  if (has_type(*model->settings, type)) return model;
  return Error{Errc::not_found, "model \"" + asked + "\" is not of the type " + type};
}

const Error kNoLoop{Errc::internal, "the call runs on a loop without models"};

llm::TurnRequest turn_of(base::CompletionRequest&& from) {
  llm::TurnRequest turn;
  const auto say = [&](const char* role, std::string text) {
    llm::Message message;
    message.role = role;
    message.content = Value(text);
    turn.messages.push_back(std::move(message));
  };
  if (!from.instructions.empty()) say("system", std::move(from.instructions));
  say("user", std::move(from.text));
  turn.options = from.tokens_max > 0 ? json::object({{"max_tokens", from.tokens_max}}) : json::object(Members{});
  turn.deadline_ms = from.timeout_ms;
  return turn;
}

/// Appends the vector of one entry of `data`.
bool take_vector(const Value& entry, base::Embeddings& out) {
  const Value vector = entry["embedding"];
  if (vector.size() == 0 || (out.dimensions != 0 && vector.size() != out.dimensions)) return false;
  out.dimensions = static_cast<std::uint32_t>(vector.size());
  for (std::size_t i = 0; i < vector.size(); ++i) {
    const auto number = vector.at(i).as_double();
    if (!number) return false;
    out.values.push_back(static_cast<float>(*number));
  }
  return true;
}

}  // namespace

Context* ServerModels::find(boost::asio::io_context& io) const {
  const auto found = contexts_.find(&io);
  return found == contexts_.end() ? nullptr : found->second;
}

boost::asio::awaitable<Result<base::Completion>> ServerModels::complete(boost::asio::io_context& io, base::CompletionRequest request,
                                                                         base::CancelToken cancel) {
  Context* const context = find(io);
  if (context == nullptr) co_return kNoLoop;
  auto model = choose(*context, request.model, kWords);
  if (!model) co_return std::move(model).error();
  const std::string caller = request.caller;
  llm::TurnRequest turn = turn_of(std::move(request));
  auto answer = co_await model->provider->complete(std::move(turn), nullptr, std::move(cancel));
  if (!answer) co_return std::move(answer).error();
  context->shared.rates.charge_tokens(caller, answer->usage.total_tokens, rate_clock_s());
  base::Completion out;
  out.model = model->settings->id;
  out.text = std::move(answer->content);
  out.is_cut = answer->finish_reason == "length";
  out.prompt_tokens = answer->usage.prompt_tokens;
  out.completion_tokens = answer->usage.completion_tokens;
  co_return out;
}

boost::asio::awaitable<Result<base::Embeddings>> ServerModels::embed(boost::asio::io_context& io, std::string asked, std::vector<std::string> texts,
                                                                       base::CancelToken cancel) {
  Context* const context = find(io);
  if (context == nullptr) co_return kNoLoop;
  auto model = choose(*context, asked, kVectors);
  if (!model) co_return std::move(model).error();
  const auto& settings = *model->settings;
  Value body = json::object({{"model", settings.upstream_model.empty() ? settings.id : settings.upstream_model},
                             {"input", json::array(std::vector<Value>(texts.begin(), texts.end()))},
                             {"encoding_format", "float"}});
  const auto answer = co_await model->provider->embed(std::move(body), std::move(cancel));
  if (!answer) co_return answer.error();
  const Value data = (*answer)["data"];
  base::Embeddings out;
  out.model = settings.id;
  for (std::size_t i = 0; i < data.size(); ++i) {
    const bool is_next = data.at(i)["index"].as_int64().value_or(static_cast<std::int64_t>(i)) == static_cast<std::int64_t>(i);
    if (!is_next || !take_vector(data.at(i), out)) co_return Error{Errc::internal, "model " + settings.id + " answered with vectors that cannot be read"};
  }
  if (data.size() == texts.size()) co_return out;
  co_return Error{Errc::internal, "model " + settings.id + " answered " + std::to_string(data.size()) + " vectors for " + std::to_string(texts.size()) + " texts"};
}

}  // namespace collet::api
