// How the server is.
#include "api/handlers.hpp"
#include "collet/abi.h"

#ifndef COLLET_VERSION
#error "COLLET_VERSION comes from the build"
#endif

namespace collet::api {

namespace asio = boost::asio;

asio::awaitable<void> get_health(Exchange& exchange) {
  co_await send_json(exchange, 200, std::string(R"({"status":"ok"})"));
}

asio::awaitable<void> get_ready(Exchange& exchange) {
  std::vector<Value> waiting;
  for (const auto& [part, reason] : exchange.context.shared.readiness()) {
    waiting.push_back(json::object({{"part", part}, {"reason", reason}}));
  }
  const bool draining = exchange.context.shared.draining;
  if (draining) waiting.push_back(json::object({{"part", "server"}, {"reason", "is shutting down"}}));
  const bool ready = waiting.empty();
  if (!ready) exchange.headers.emplace_back("Retry-After", "5");
  std::string body = json::object({{"status", ready ? "ready" : "not ready"}, {"waiting_for", json::array(waiting)}}).dump();
  const int status = ready ? 200 : 503;
  co_await send_json(exchange, status, std::move(body));
}

asio::awaitable<void> get_version(Exchange& exchange) {
  std::string body = json::object({{"name", "collet"},
                                   {"version", COLLET_VERSION},
                                   {"abi", std::to_string(COLLET_ABI_MAJOR) + "." + std::to_string(COLLET_ABI_MINOR)}})
                         .dump();
  co_await send_json(exchange, 200, std::move(body));
}

asio::awaitable<void> get_metrics(Exchange& exchange) {
  base::Headers headers = exchange.headers;
  headers.emplace_back("Content-Type", "text/plain; version=0.0.4");
  const Shared& shared = exchange.context.shared;
  std::string body = "# TYPE collet_build_info gauge\ncollet_build_info{version=\"" COLLET_VERSION "\"} 1\n"
                     "# TYPE collet_start_time_seconds gauge\ncollet_start_time_seconds " + std::to_string(shared.started_at) +
                     "\n# TYPE collet_tools gauge\ncollet_tools " + std::to_string(shared.tools()->tools().size()) + "\n" +
                     shared.metrics();
  co_await exchange.responder.send(200, std::move(headers), std::move(body));
}

}  // namespace collet::api
