// The three Platform API calls by which the official Heroku CLI finds a model:
// this server poses as one add-on, attached to every app, per model.
#include "api/auth.hpp"
#include "api/errors.hpp"
#include "api/handlers.hpp"
#include "api/models.hpp"
#include "base/ids.hpp"
#include "base/text.hpp"

namespace collet::api {

namespace asio = boost::asio;

namespace {

constexpr std::string_view kDefaultResource = "heroku-inference";
constexpr std::string_view kDefaultAttachment = "INFERENCE";

struct Resource {
  std::string model;       ///< Name to put into ..._MODEL_ID.
  std::string attachment;  ///< Prefix of the config vars.
};

std::string attachment_of(std::string_view model) {
  std::string name = "INFERENCE_";
  for (const char c : model) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    name += letter ? static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c) : '_';
  }
  return name;
}

// The default resource is the first model; every other is called by its name, or
// by the prefix of its config vars.
std::vector<Resource> resources(const config::Settings& settings) {
  std::vector<Resource> list;
  for (const auto& name : model_names(settings)) {
    if (list.empty()) list.push_back({name, std::string(kDefaultAttachment)});
    list.push_back({name, attachment_of(name)});
  }
  return list;
}

const Resource* find(const std::vector<Resource>& list, std::string_view wanted) {
  for (const auto& resource : list) {
    const bool is_default = resource.attachment == kDefaultAttachment;
    if (base::equals_ignoring_case(wanted, resource.attachment) ||
        (is_default && wanted == kDefaultResource) || (!is_default && wanted == resource.model)) {
      return &resource;
    }
  }
  return nullptr;
}

Value app_of(std::string_view app) {
  const std::string name = app.empty() ? "collet" : std::string(app);
  return json::object({{"id", base::uuid_of("app:" + name)}, {"name", name}});
}

Value addon_of(const Resource& resource, std::string_view app) {
  return json::object({{"id", base::uuid_of("addon:" + resource.attachment)},
                       {"name", "collet-" + resource.model},
                       {"app", app_of(app)},
                       {"addon_service", json::object({{"name", kDefaultResource}})},
                       {"plan", json::object({{"name", std::string(kDefaultResource) + ":" + resource.model}})}});
}

asio::awaitable<void> not_found(Exchange& exchange, std::string kind, std::string wanted) {
  const std::string message = "Couldn't find that " + kind + ": \"" + base::shorten(wanted, 80) + "\".";
  std::string body = json::object({{"resource", kind}, {"id", "not_found"}, {"message", message}}).dump();
  co_await send_json(exchange, 404, std::move(body));
}

}  // namespace

asio::awaitable<void> post_addons_resolve(Exchange& exchange) {
  const Value body = co_await read_body(exchange);
  if (body.is_null()) co_return;
  const auto list = resources(exchange.context.shared.settings);
  std::string wanted(body["addon"].string_or(""));
  const Resource* resource = find(list, wanted);
  if (resource == nullptr) {
    co_await not_found(exchange, "add_on", std::move(wanted));
    co_return;
  }
  std::string answer = json::array(std::vector<Value>{addon_of(*resource, body["app"].string_or(""))}).dump();
  co_await send_json(exchange, 200, std::move(answer));
}

asio::awaitable<void> post_attachments_resolve(Exchange& exchange) {
  const Value body = co_await read_body(exchange);
  if (body.is_null()) co_return;
  const auto list = resources(exchange.context.shared.settings);
  std::string wanted(body["addon_attachment"].string_or(""));
  const Resource* resource = find(list, wanted);
  if (resource == nullptr) {
    co_await not_found(exchange, "add_on attachment", std::move(wanted));
    co_return;
  }
  const std::string_view app = body["app"].string_or("");
  const Value attachment = json::object({{"id", base::uuid_of("attachment:" + resource->attachment)},
                                         {"name", resource->attachment},
                                         {"app", app_of(app)},
                                         {"addon", addon_of(*resource, app)}});
  std::string answer = json::array(std::vector<Value>{attachment}).dump();
  co_await send_json(exchange, 200, std::move(answer));
}

asio::awaitable<void> get_config_vars(Exchange& exchange) {
  Members vars;
  for (const auto& resource : resources(exchange.context.shared.settings)) {
    vars.emplace_back(resource.attachment + "_URL", exchange.context.shared.public_url);
    vars.emplace_back(resource.attachment + "_KEY", std::string(presented_key(exchange.request)));
    vars.emplace_back(resource.attachment + "_MODEL_ID", resource.model);
  }
  std::string answer = json::object(vars).dump();
  co_await send_json(exchange, 200, std::move(answer));
}

}  // namespace collet::api
