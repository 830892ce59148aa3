// collet.http/1, a draft: the egress guard behind it comes with the first plugin
// that reaches out; until then every request is refused at once.
#include "base/log.hpp"
#include "collet/sized.hpp"
#include "services/origin.hpp"
#include "services/tables.hpp"

namespace collet::services {
namespace {

collet_status request(collet_call call, const collet_http_request* request, collet_http_done_fn,
                      void*) noexcept {
  std::shared_ptr<Scope> scope;
  const collet_status allowed = authorize(call, COLLET_EFFECT_NETWORK, scope);
  if (allowed != COLLET_OK) return allowed;
  if (!is_whole(request) || request->url.len == 0) return COLLET_E_INVALID;
  if (call.id == 0 && request->timeout_ms == 0) return COLLET_E_INVALID;
  base::log_warn("a plugin asked for outgoing HTTP, which this version does not offer",
                 {{"plugin", origin_of(call).plugin_id}});
  return COLLET_E_UNAVAILABLE;
}

}  // namespace

const collet_http kHttpTable = {sizeof(collet_http), 0, &request};

}  // namespace collet::services
