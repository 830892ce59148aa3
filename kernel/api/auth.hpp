// Who is calling.
#pragma once

#include "api/context.hpp"
#include "base/http_server.hpp"
#include "collet/result.hpp"

namespace collet::api {

/// The key of `Authorization: Bearer` or `x-api-key`, found among the configured
/// ones in constant time. @error denied: none or a wrong one.
[[nodiscard]] Result<const config::KeySettings*> authenticate(const config::AuthSettings& auth,
                                                              const base::InboundRequest& request);
/// The key as the caller sent it; "" without one.
[[nodiscard]] std::string_view presented_key(const base::InboundRequest& request);

}  // namespace collet::api
