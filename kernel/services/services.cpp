#include "services/services.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/log.hpp"
#include "services/origin.hpp"
#include "services/tables.hpp"

namespace collet::services {
namespace {

/// Shorter values ("on", "8080") would blot out ordinary words.
constexpr std::size_t kSecretBytesMin = 8;
/// Long enough for a client to fetch a file that an answer named.
constexpr std::int64_t kBlobIdleMs = 600'000;
constexpr std::string_view kBlot = "[secret]";

struct Row {
  std::string_view service;
  std::string_view id;
  const void* table;
};
const std::array<Row, 10> kRows = {{
    {"log", COLLET_LOG_ID, &kLogTable},
    {"app", COLLET_APP_ID, &kAppTable},
    {"secrets", COLLET_SECRETS_ID, &kSecretsTable},
    {"exec", COLLET_EXEC_ID, &kExecTable},
    {"http", COLLET_HTTP_ID, &kHttpTable},
    {"kv", COLLET_KV_ID, &kKvTable},
    {"blob", COLLET_BLOB_ID, &kBlobTable},
    {"metrics", COLLET_METRICS_ID, &kMetricsTable},
    {"embed", COLLET_EMBED_ID, &kEmbedTable},
    {"complete", COLLET_COMPLETE_ID, &kCompleteTable},
}};

std::vector<std::string> secret_values(const config::Settings& settings) {
  std::vector<std::string> values;
  const auto add = [&](const std::string& value) {
    if (value.size() >= kSecretBytesMin) values.push_back(value);
  };
  for (const auto& [name, value] : settings.plugins.secrets) add(value);
  for (const auto& [name, app] : settings.apps) {
    for (const auto& [key, value] : app.config_vars) add(value);
  }
  // The longest first, so that a value inside another leaves nothing behind.
  std::ranges::sort(values, std::ranges::greater{}, &std::string::size);
  return values;
}

}  // namespace

Services::Services(const config::Settings& settings, sandbox::Sandbox& sandbox_in, base::GateOpener open_gate_in,
                   base::Egress* egress_in, base::PluginModels* models_in)
    : apps(settings.apps), sizes(settings.sizes), secrets(settings.plugins.secrets),
      sandbox_settings(settings.sandbox), sandbox(sandbox_in),
      kv(static_cast<std::size_t>(settings.limits.kv_bytes_max)),
      blobs(static_cast<std::size_t>(settings.limits.blob_bytes_max), kBlobIdleMs),
      trees(trees_folder(settings), static_cast<std::uint64_t>(settings.sandbox.trees_bytes_max)),
      sessions(SessionStore::make(sandbox_in, settings.sandbox)),
      open_gate(std::move(open_gate_in)), egress(egress_in), models(models_in),
      secret_values_(secret_values(settings)) {}

std::string Services::without_secrets(std::string text) const {
  for (const auto& value : secret_values_) {
    for (auto at = text.find(value); at != std::string::npos; at = text.find(value, at + kBlot.size())) {
      text.replace(at, value.size(), kBlot);
    }
  }
  return text;
}

const std::vector<std::string>& known_services() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> out;
    for (const auto& row : kRows) out.emplace_back(row.service);
    return out;
  }();
  return names;
}

std::string_view service_id(std::string_view service) {
  const auto row = std::ranges::find(kRows, service, &Row::service);
  return row == kRows.end() ? std::string_view() : row->id;
}

const void* service_table(std::string_view id) {
  const auto row = std::ranges::find(kRows, id, &Row::id);
  return row == kRows.end() ? nullptr : row->table;
}

std::int64_t limited_ms(const Scope& scope, std::int64_t wanted_ms) {
  const std::int64_t left_ms = scope.remaining_ms();
  return wanted_ms > 0 ? std::min(wanted_ms, left_ms) : left_ms;
}

void record_egress(Scope& scope, const base::EgressDecision& decision) {
  const auto facts = scope.facts();
  const std::string target = decision.host + ":" + std::to_string(decision.port);
  if (decision.allowed) base::log_info("egress", {{"call_id", facts.call_id}, {"tool", facts.tool}, {"to", target}});
  else base::log_warn("egress denied", {{"call_id", facts.call_id}, {"tool", facts.tool}, {"to", target}, {"why", decision.reason}});
  scope.note_egress(decision);
}

collet_status authorize(collet_call call, std::uint32_t effect, std::shared_ptr<Scope>& scope) {
  if (call.host == nullptr) return COLLET_E_INVALID;
  if (call.id == 0) return COLLET_OK;
  scope = origin_of(call).find_call(call.id);
  if (!scope || scope->over()) return COLLET_E_CLOSED;
  return (scope->facts().effects & effect) == effect ? COLLET_OK : COLLET_E_DENIED;
}

}  // namespace collet::services
