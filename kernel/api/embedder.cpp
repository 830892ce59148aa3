#include "api/embedder.hpp"

#include <algorithm>
#include <utility>

#include "api/models.hpp"

namespace collet::api {
namespace {

constexpr const char* kType = "text-to-embedding";

Result<ModelChoice> choose(const Context& context, const std::string& asked) {
  const auto& models = context.shared.settings.models;
  const auto first = std::ranges::find_if(models, [](const auto& model) { return has_type(model, kType); });
  if (asked.empty() && first == models.end()) return Error{Errc::not_found, "no model of the configuration has the type text-to-embedding"};
  auto model = choose_model(context, asked.empty() ? first->id : asked);
  if (!model) return Error{Errc::not_found, model.error().message};
  if (has_type(*model->settings, kType)) return model;
  return Error{Errc::not_found, "model \"" + asked + "\" makes no embeddings"};
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

boost::asio::awaitable<Result<base::Embeddings>> ModelEmbedder::embed(boost::asio::io_context& io, std::string asked, std::vector<std::string> texts,
                                                                       base::CancelToken cancel) {
  const auto context = contexts_.find(&io);
  if (context == contexts_.end()) co_return Error{Errc::internal, "the call runs on a loop without models"};
  auto model = choose(*context->second, asked);
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
