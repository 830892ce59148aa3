// Performs what the machine asks for, and feeds it what happened.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "agent/event.hpp"
#include "agent/run.hpp"
#include "base/cancel.hpp"
#include "llm/provider.hpp"

namespace collet::agent {

/// One agent run, from the first model turn to the last event. Ends soon after
/// `gone` is cancelled; then nothing of it runs any more, but for plugin calls
/// that ignore their cancellation: what they still say is dropped.
/// [request-thread of `io`] `request` is taken; it, `model` and `sink` must outlive the call.
boost::asio::awaitable<RunSummary> run(boost::asio::io_context& io, RunRequest&& request,
                                       llm::Provider& model, EventSink& sink,
                                       base::CancelToken gone);

}  // namespace collet::agent
