// POST /v1/embeddings
#include <array>
#include <utility>

#include "api/errors.hpp"
#include "api/fields.hpp"
#include "api/handlers.hpp"
#include "api/models.hpp"
#include "api/usage.hpp"

namespace collet::api {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kInputsMax = 96;
const std::array<std::string, 4> kInputTypes = {"search_document", "search_query", "classification", "clustering"};
const std::array<std::string, 3> kFormats = {"raw", "float", "base64"};

void check_input(Fields& fields) {
  const Value input = fields.get("input");
  if (input.is_string()) return;
  if (!input.is_array() || input.size() == 0 || input.size() > kInputsMax) {
    fields.complain("input", "expected a string or an array of 1 to " + std::to_string(kInputsMax) +
                                 " strings, got " +
                                 (input.is_array() ? std::to_string(input.size()) + " entries" : quoted(input)));
    return;
  }
  for (std::size_t i = 0; i < input.size(); ++i) {
    if (!input.at(i).is_string()) {
      fields.complain("input[" + std::to_string(i) + "]", "expected a string, got " + quoted(input.at(i)));
    }
  }
}

struct EmbeddingRequest {
  ModelChoice model;
  Value body;
};

Result<EmbeddingRequest> prepare(const Context& context, const Value& body) {
  Fields fields(body, "");
  const std::string asked = fields.required_string("model");
  check_input(fields);
  (void)fields.choice("input_type", kInputTypes, "search_document");
  const std::string format = fields.choice("encoding_format", kFormats, "raw");
  const std::string type = fields.string("embedding_type", "float");
  if (type != "float") fields.complain("embedding_type", "only \"float\" is available, got \"" + type + "\"");
  if (fields.error()) return *fields.error();
  auto model = choose_model(context, asked);
  if (!model) return std::move(model).error();
  if (!has_type(*model->settings, "text-to-embedding")) {
    return Error{Errc::invalid, "model: \"" + asked + "\" makes no embeddings; GET /available-models "
                                "shows which have the type text-to-embedding"};
  }
  const auto& settings = *model->settings;
  Members members = {{"model", settings.upstream_model.empty() ? settings.id : settings.upstream_model},
                     {"input", fields.get("input")},
                     {"encoding_format", format == "raw" ? "float" : format}};
  for (const char* name : {"dimensions", "user"}) {
    if (!fields.get(name).is_null()) members.emplace_back(name, fields.get(name));
  }
  return EmbeddingRequest{std::move(model).value(), json::object(members)};
}

}  // namespace

asio::awaitable<void> post_embeddings(Exchange& exchange) {
  const Value body = co_await read_body(exchange);
  if (body.is_null()) co_return;
  auto request = prepare(exchange.context, body);
  if (!request) {
    co_await refuse(exchange, request.error());
    co_return;
  }
  base::CancelToken gone = exchange.request.gone;
  Value upstream_body = request->body;
  const auto answer = co_await request->model.provider->embed(std::move(upstream_body), std::move(gone));
  if (!answer) {
    HttpError error = model_to_http(answer.error());
    co_await send_error(exchange.responder, std::move(error), exchange.headers);
    co_return;
  }
  llm::Usage usage;
  usage.total_tokens = (*answer)["usage"]["total_tokens"].as_int64().value_or(0);
  charge_usage(exchange, usage);
  const Value named = json::object({{"model", request->model.asked}});
  std::string json = json::merge(*answer, named).dump();
  co_await send_json(exchange, 200, std::move(json));
}

}  // namespace collet::api
