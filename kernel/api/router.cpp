#include "api/router.hpp"

#include <array>
#include <exception>
#include <utility>

#include "api/auth.hpp"
#include "api/dialect.hpp"
#include "api/errors.hpp"
#include "api/handlers.hpp"
#include "api/usage.hpp"
#include "base/log.hpp"

namespace collet::api {

namespace asio = boost::asio;

namespace {

enum class Access { open, key, limited, shim };  // limited: a key, and it is counted

struct Route {
  std::string_view method;
  std::string_view path;
  std::string_view suffix;  ///< With it, `path` is a prefix and one segment lies between.
                            ///< Also after a path that ends with a slash.
  Access access;
  asio::awaitable<void> (*handler)(Exchange&);
};

constexpr std::array kRoutes = {
    Route{"POST", kAgentsPath, "", Access::limited, post_agents},
    Route{"POST", "/v1/chat/completions", "", Access::limited, post_chat},
    Route{"POST", "/v1/embeddings", "", Access::limited, post_embeddings},
    Route{"POST", "/v1/tools/call", "", Access::limited, post_tool_call},
    Route{"POST", "/v1/commands/call", "", Access::limited, post_command_call},
    Route{"GET", "/v1/commands", "", Access::key, get_commands},
    Route{"GET", "/v1/tools", "", Access::key, get_tools},
    Route{"GET", "/v1/models", "", Access::key, get_models},
    Route{"GET", "/v1/mcp/servers", "", Access::key, get_mcp_servers},
    Route{"GET", "/available-models", "", Access::open, get_available_models},
    Route{"GET", "/v1/blobs/", "", Access::key, get_blob},
    Route{"GET", "/healthz", "", Access::open, get_health},
    Route{"GET", "/readyz", "", Access::open, get_ready},
    Route{"GET", "/version", "", Access::open, get_version},
    Route{"GET", "/metrics", "", Access::key, get_metrics},
    Route{"POST", "/actions/addons/resolve", "", Access::shim, post_addons_resolve},
    Route{"POST", "/actions/addon-attachments/resolve", "", Access::shim, post_attachments_resolve},
    Route{"GET", "/apps/", "/config-vars", Access::shim, get_config_vars},
};

bool path_fits(const Route& route, std::string_view path) {
  if (route.suffix.empty() && !route.path.ends_with('/')) return path == route.path;
  if (!path.starts_with(route.path) || !path.ends_with(route.suffix)) return false;
  if (path.size() <= route.path.size() + route.suffix.size()) return false;
  path.remove_prefix(route.path.size());
  path.remove_suffix(route.suffix.size());
  return path.find('/') == std::string_view::npos;
}

struct Match {
  const Route* route = nullptr;
  std::string allowed;  ///< Methods of the path, when only the method is wrong.
};

/// Clients are told a base URL with /v1 or without.
std::string_view with_version(std::string_view path) {
  constexpr std::string_view kVersioned[] = {"/v1/chat/completions", "/v1/embeddings", "/v1/models"};
  for (const std::string_view versioned : kVersioned) {
    if (path == versioned.substr(3)) return versioned;
  }
  return path;
}

Match find_route(const Context& context, const base::InboundRequest& request) {
  Match match;
  std::string_view path = request.path;
  if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  path = with_version(path);
  for (const auto& route : kRoutes) {
    if (route.access == Access::shim && !context.shared.settings.server.platform_shim) continue;
    if (!path_fits(route, path)) continue;
    const bool head = request.method == "HEAD" && route.method == "GET";
    if (route.method == request.method || head) match.route = &route;
    match.allowed += (match.allowed.empty() ? "" : ", ") + std::string(route.method);
  }
  return match;
}

asio::awaitable<void> send_no_route(Exchange& exchange, std::string allowed) {
  HttpError error{404, "invalid_request_error",
                  "there is no " + exchange.request.method + " " + exchange.request.path + " on this server"};
  base::Headers headers;
  if (!allowed.empty()) {
    error.status = 405;
    error.message = exchange.request.path + " answers " + allowed + " only, got " + exchange.request.method;
    headers.emplace_back("Allow", std::move(allowed));
  }
  co_await send_error(exchange.responder, std::move(error), std::move(headers));
}

// Counts the request; false when the answer has been sent.
asio::awaitable<bool> within_rate(Exchange& exchange) {
  const config::KeySettings& key = *exchange.key;
  const policy::RateLimits limits{key.requests_per_minute, key.tokens_per_minute};
  const policy::RateState state = exchange.context.shared.rates.admit(key.id, limits, rate_clock_s());
  exchange.headers = policy::rate_headers(state);
  if (state.allowed) co_return true;
  exchange.headers.emplace_back("Retry-After", std::to_string(state.retry_after_s));
  HttpError error{429, "rate_limit_error",
                  "the API key \"" + key.id + "\" has used its " + std::to_string(limits.requests_per_minute) +
                      " requests or " + std::to_string(limits.tokens_per_minute) +
                      " tokens per minute; try again in " + std::to_string(state.retry_after_s) + " s"};
  co_await send_error(exchange.responder, std::move(error), exchange.headers);
  co_return false;
}

// The route that may be taken; null when the answer has been sent.
asio::awaitable<const Route*> admit(Exchange& exchange) {
  Match match = find_route(exchange.context, exchange.request);
  if (match.route == nullptr) {
    co_await send_no_route(exchange, std::move(match.allowed));
    co_return nullptr;
  }
  const Route& route = *match.route;
  if (route.access != Access::open) {
    auto key = authenticate(exchange.context.shared.settings.auth, exchange.request);
    if (!key) {
      HttpError error{401, "authentication_error", key.error().message};
      co_await send_error(exchange.responder, std::move(error));
      co_return nullptr;
    }
    exchange.key = *key;
  }
  if (route.access == Access::limited) {
    const bool admitted = co_await within_rate(exchange);
    if (!admitted) co_return nullptr;
  }
  co_return &route;
}

asio::awaitable<void> handle(Context& context, base::InboundRequest& request, base::Responder& responder) {
  Exchange exchange{context, request, responder, nullptr, {}};
  std::string failure;
  try {
    const Route* const route = co_await admit(exchange);
    if (route) co_await route->handler(exchange);
    co_return;
  } catch (const std::exception& e) {
    failure = e.what();
  }
  base::log_error("a request failed", {{"request_id", request.request_id}, {"path", request.path}, {"what", failure}});
  if (responder.begun()) co_return;
  HttpError error{500, "server_error", "internal error; the log has it under request " + request.request_id};
  co_await send_error(responder, std::move(error));
}

}  // namespace

base::RequestHandler make_handler(Context& context) {
  return [&context](base::InboundRequest& request, base::Responder& responder) {
    return handle(context, request, responder);
  };
}

asio::awaitable<void> send_json(Exchange& exchange, int status, std::string json) {
  base::Headers headers = std::move(exchange.headers);
  headers.emplace_back("Content-Type", "application/json");
  co_await exchange.responder.send(status, std::move(headers), std::move(json));
}

asio::awaitable<void> refuse(Exchange& exchange, Error error) {
  HttpError http = to_http(error);
  co_await send_error(exchange.responder, std::move(http), exchange.headers);
}

asio::awaitable<Value> read_body(Exchange& exchange) {
  JsonLimits limits;
  limits.depth_max = static_cast<std::size_t>(exchange.context.shared.settings.limits.json_depth_max);
  const std::string text = std::exchange(exchange.request.body, {});  // a run need not hold it
  auto body = Value::parse(text, limits);
  if (body && body->is_object()) co_return *body;
  Error error{Errc::invalid, ""};
  if (text.empty()) error.message = "the request body is empty; expected a JSON object";
  else if (!body) error.message = "the request body is not valid JSON: " + body.error().message;
  else error.message = "the request body: expected a JSON object, got " + std::string(name(body->kind()));
  co_await refuse(exchange, std::move(error));
  co_return Value();
}

}  // namespace collet::api
