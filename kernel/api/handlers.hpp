// One function per endpoint. All run on the request's thread, answer through the
// Responder and never throw for a mistake of the caller.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "api/context.hpp"
#include "base/http_server.hpp"

namespace collet::api {

/// What a handler gets: who asks is settled, limits are counted.
struct Exchange {
  Context& context;
  base::InboundRequest& request;
  base::Responder& responder;
  const config::KeySettings* key = nullptr;  ///< Null on open endpoints.
  base::Headers headers;                     ///< To send with every answer (rate limits).
};

boost::asio::awaitable<void> post_agents(Exchange& exchange);
boost::asio::awaitable<void> post_chat(Exchange& exchange);
boost::asio::awaitable<void> post_embeddings(Exchange& exchange);
boost::asio::awaitable<void> post_tool_call(Exchange& exchange);
boost::asio::awaitable<void> post_command_call(Exchange& exchange);
boost::asio::awaitable<void> get_models(Exchange& exchange);
boost::asio::awaitable<void> get_available_models(Exchange& exchange);
boost::asio::awaitable<void> get_mcp_servers(Exchange& exchange);
boost::asio::awaitable<void> get_tools(Exchange& exchange);
boost::asio::awaitable<void> get_commands(Exchange& exchange);  ///< Those that the key may run.
boost::asio::awaitable<void> get_health(Exchange& exchange);
boost::asio::awaitable<void> get_ready(Exchange& exchange);
boost::asio::awaitable<void> get_version(Exchange& exchange);
boost::asio::awaitable<void> get_metrics(Exchange& exchange);
boost::asio::awaitable<void> get_blob(Exchange& exchange);
// The Platform API of the vendor's command line, where server.platform_shim is on.
boost::asio::awaitable<void> post_addons_resolve(Exchange& exchange);
boost::asio::awaitable<void> post_attachments_resolve(Exchange& exchange);
boost::asio::awaitable<void> get_config_vars(Exchange& exchange);

/// Sends JSON with the exchange's headers.
boost::asio::awaitable<void> send_json(Exchange& exchange, int status, std::string json);
/// Reads the body as a JSON object, whatever its Content-Type says. When it is
/// not one, the error has been sent and the result is null.
boost::asio::awaitable<Value> read_body(Exchange& exchange);
boost::asio::awaitable<void> refuse(Exchange& exchange, Error error);

}  // namespace collet::api
