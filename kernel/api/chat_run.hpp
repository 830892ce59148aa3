// The three ways to answer a chat completion.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "api/handlers.hpp"
#include "api/run_request.hpp"

namespace collet::api {

struct ChatRequest {
  PreparedRun prepared;
  bool stream = false;
  bool include_usage = false;
};

/// No tool of ours: one model turn, deltas as they come.
boost::asio::awaitable<void> pass_through(Exchange& exchange, ChatRequest& chat);
/// The agent loop; the answer comes in one piece.
boost::asio::awaitable<void> whole_run(Exchange& exchange, ChatRequest& chat);
/// The agent loop; assistant text is streamed, tool results are not.
boost::asio::awaitable<void> stream_run(Exchange& exchange, ChatRequest& chat);

}  // namespace collet::api
