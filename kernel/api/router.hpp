// From method and path to a handler; authentication and rate limits on the way.
#pragma once

#include "api/context.hpp"
#include "base/http_server.hpp"

namespace collet::api {

/// The handler of one I/O thread. `context` must outlive it.
[[nodiscard]] base::RequestHandler make_handler(Context& context);

}  // namespace collet::api
