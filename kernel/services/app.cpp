// collet.app/1: a call sees its own target app and no other.
#include "services/origin.hpp"
#include "services/services.hpp"
#include "services/tables.hpp"

namespace collet::services {
namespace {

/// The call's app, or the status that says why there is none.
collet_status find_app(collet_call call, std::uint32_t effect, const config::AppSettings** app) {
  if (call.id == 0) return COLLET_E_INVALID;
  std::shared_ptr<Scope> scope;
  const collet_status allowed = authorize(call, effect, scope);
  if (allowed != COLLET_OK) return allowed;
  const auto& apps = origin_of(call).services->apps;
  const auto found = apps.find(std::string(scope->facts().app));
  if (found == apps.end()) return COLLET_E_NOT_FOUND;
  *app = &found->second;  // lives as long as Services
  return COLLET_OK;
}

collet_status config_var(collet_call call, collet_str name, collet_text_fn value, void* user) noexcept {
  const config::AppSettings* app = nullptr;
  const collet_status status = find_app(call, COLLET_EFFECT_SECRETS, &app);
  if (status != COLLET_OK) return status;
  const auto found = app->config_vars.find(std::string(to_view(name)));
  if (found == app->config_vars.end()) return COLLET_E_NOT_FOUND;
  value(user, to_str(found->second));
  return COLLET_OK;
}

collet_status config_names(collet_call call, collet_text_fn each, void* user) noexcept {
  const config::AppSettings* app = nullptr;
  const collet_status status = find_app(call, COLLET_EFFECT_SECRETS, &app);
  if (status != COLLET_OK) return status;
  for (const auto& [name, value] : app->config_vars) each(user, to_str(name));
  return COLLET_OK;
}

collet_status root(collet_call call, collet_text_fn path, void* user) noexcept {
  const config::AppSettings* app = nullptr;
  const collet_status status = find_app(call, COLLET_EFFECT_READS, &app);
  if (status != COLLET_OK) return status;
  if (app->root.empty()) return COLLET_E_NOT_FOUND;
  path(user, to_str(app->root));
  return COLLET_OK;
}

}  // namespace

const collet_app kAppTable = {sizeof(collet_app), 0, &config_var, &config_names, &root};

}  // namespace collet::services
