#include "collet/services.hpp"

#include "collet/sized.hpp"
#include "collet/str.hpp"
#include "not_granted.hpp"

namespace collet {
namespace {

template <class Table>
const Table* service(const collet_host& host, std::string_view id) {
  const auto* table = static_cast<const Table*>(host.get_service(host.self, to_str(id)));
  return is_whole(table) ? table : nullptr;
}

Error refused(collet_status status, std::string_view what) {
  const Errc code = to_errc(status);
  return {code, std::string(what) + ": " + std::string(name(code))};
}

}  // namespace

ServiceTables ServiceTables::of(const collet_host& host) {
  ServiceTables tables;
  tables.log = service<collet_log>(host, COLLET_LOG_ID);
  tables.app = service<collet_app>(host, COLLET_APP_ID);
  tables.secrets = service<collet_secrets>(host, COLLET_SECRETS_ID);
  tables.exec = service<collet_exec>(host, COLLET_EXEC_ID);
  tables.http = service<collet_http>(host, COLLET_HTTP_ID);
  tables.kv = service<collet_kv>(host, COLLET_KV_ID);
  tables.blob = service<collet_blob>(host, COLLET_BLOB_ID);
  tables.metrics = service<collet_metrics>(host, COLLET_METRICS_ID);
  tables.complete = service<collet_complete>(host, COLLET_COMPLETE_ID);
  tables.embed = service<collet_embed>(host, COLLET_EMBED_ID);
  return tables;
}

bool Services::log_enabled(std::int32_t level) const {
  return tables_->log && tables_->log->enabled(call_, level) != 0;
}

void Services::log(std::int32_t level, std::string_view message, LogFields fields) const {
  if (!log_enabled(level)) return;
  const std::string text = fields.size() == 0 ? std::string() : json::object(fields).dump();
  tables_->log->write(call_, level, to_str(message), to_optional_str(text));
}

Result<std::string> Services::config_var(std::string_view name) const {
  if (!tables_->app) return not_granted("app");
  std::string value;
  const collet_status status = tables_->app->config_var(call_, to_str(name), assign_text, &value);
  if (status < 0) return refused(status, "config var " + std::string(name));
  return value;
}

Result<std::vector<std::string>> Services::config_names() const {
  if (!tables_->app) return not_granted("app");
  std::vector<std::string> names;
  const auto collect = [](void* user, collet_str name) {
    static_cast<std::vector<std::string>*>(user)->emplace_back(to_view(name));
  };
  const collet_status status = tables_->app->config_names(call_, collect, &names);
  if (status < 0) return refused(status, "names of config vars");
  return names;
}

Result<std::string> Services::app_root() const {
  if (!tables_->app) return not_granted("app");
  std::string path;
  const collet_status status = tables_->app->root(call_, assign_text, &path);
  if (status < 0) return refused(status, "root folder of the target app");
  return path;
}

Result<std::string> Services::secret(std::string_view name) const {
  if (!tables_->secrets) return not_granted("secrets");
  std::string value;
  const collet_status status = tables_->secrets->get(call_, to_str(name), assign_text, &value);
  if (status < 0) return refused(status, "secret " + std::string(name));
  return value;
}

Result<KvEntry> Services::kv_get(std::string_view key) const {
  if (!tables_->kv) return not_granted("kv");
  KvEntry entry;
  const auto take = [](void* user, collet_str value, std::uint64_t version) {
    *static_cast<KvEntry*>(user) = KvEntry{std::string(to_view(value)), version};
  };
  const collet_status status = tables_->kv->get(call_, to_str(key), take, &entry);
  if (status < 0) return refused(status, "key " + std::string(key));
  return entry;
}

Result<std::uint64_t> Services::kv_put(std::string_view key, std::string_view value,
                                       std::int64_t ttl_ms, std::uint64_t expected) const {
  if (!tables_->kv) return not_granted("kv");
  std::uint64_t version = 0;
  const collet_status status = tables_->kv->put(call_, to_str(key), to_str(value), ttl_ms, expected, &version);
  if (status == COLLET_E_CONFLICT) {
    return Error{Errc::conflict, "key " + std::string(key) + ": now at version " + std::to_string(version)};
  }
  if (status < 0) return refused(status, "key " + std::string(key));
  return version;
}

Result<void> Services::kv_remove(std::string_view key, std::uint64_t expected) const {
  if (!tables_->kv) return not_granted("kv");
  const collet_status status = tables_->kv->remove(call_, to_str(key), expected);
  if (status == COLLET_E_CONFLICT) return Error{Errc::conflict, "key " + std::string(key) + ": another version is there"};
  if (status < 0) return refused(status, "key " + std::string(key));
  return {};
}

Result<std::string> Services::blob_put(std::string_view data, std::string_view mime,
                                       std::string_view name) const {
  if (!tables_->blob) return not_granted("blob");
  collet_blob_view view = {};
  view.struct_size = sizeof(view);
  view.data = to_str(data);
  view.mime = to_optional_str(mime);
  view.name = to_optional_str(name);
  std::string id;
  const collet_status status = tables_->blob->put(call_, &view, assign_text, &id);
  if (status < 0) return refused(status, "blob of " + std::to_string(data.size()) + " bytes");
  return id;
}

Result<Blob> Services::blob_get(std::string_view id) const {
  if (!tables_->blob) return not_granted("blob");
  Blob blob;
  const auto take = [](void* user, const collet_blob_view* view) {
    const collet_blob_view own = read_struct(view);
    *static_cast<Blob*>(user) = Blob{std::string(to_view(own.data)), std::string(to_view(own.mime)),
                                     std::string(to_view(own.name))};
  };
  const collet_status status = tables_->blob->get(call_, to_str(id), take, &blob);
  if (status < 0) return refused(status, "blob " + std::string(id));
  return blob;
}

Result<std::uint32_t> Services::metric(std::int32_t kind, std::string_view name, std::string_view help,
                                       std::string_view label) const {
  if (!tables_->metrics) return not_granted("metrics");
  collet_metric metric = {};
  metric.struct_size = sizeof(metric);
  metric.kind = kind;
  metric.name = to_str(name);
  metric.help = to_str(help);
  metric.label = to_optional_str(label);
  std::uint32_t id = 0;
  const collet_status status = tables_->metrics->define(call_, &metric, &id);
  if (status < 0) return refused(status, "metric " + std::string(name));
  return id;
}

void Services::count(std::uint32_t metric, double amount, std::string_view label) const {
  if (tables_->metrics) tables_->metrics->count(call_, metric, to_optional_str(label), amount);
}

void Services::observe(std::uint32_t metric, double value, std::string_view label) const {
  if (tables_->metrics) tables_->metrics->observe(call_, metric, to_optional_str(label), value);
}

}  // namespace collet
