// collet.secrets/1
#include <algorithm>

#include "services/origin.hpp"
#include "services/services.hpp"
#include "services/tables.hpp"

namespace collet::services {
namespace {

/// "secrets" alone asks for any name, "secrets:NAME" for that one. Outside of a
/// call no tool's effects are there to check, so there the name must be.
bool may_read(const Origin& origin, std::string_view name, bool in_call) {
  return std::ranges::any_of(origin.capabilities, [&](const std::string& capability) {
    return (in_call && capability == "secrets") ||
           (service_of(capability) == "secrets" && capability.size() > 8 && std::string_view(capability).substr(8) == name);
  });
}

collet_status get(collet_call call, collet_str name, collet_text_fn value, void* user) noexcept {
  std::shared_ptr<Scope> scope;
  const collet_status allowed = authorize(call, COLLET_EFFECT_SECRETS, scope);
  if (allowed != COLLET_OK) return allowed;
  const Origin& origin = origin_of(call);
  const std::string wanted(to_view(name));
  if (!may_read(origin, wanted, scope != nullptr)) return COLLET_E_DENIED;
  const auto& secrets = origin.services->secrets;
  auto found = secrets.find(origin.instance + "/" + wanted);
  if (found == secrets.end()) found = secrets.find(origin.plugin_id + "/" + wanted);
  if (found == secrets.end()) return COLLET_E_NOT_FOUND;
  value(user, to_str(found->second));
  return COLLET_OK;
}

}  // namespace

const collet_secrets kSecretsTable = {sizeof(collet_secrets), 0, &get};

}  // namespace collet::services
