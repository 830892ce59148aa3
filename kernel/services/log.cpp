// collet.log/1
#include <algorithm>

#include "base/log.hpp"
#include "base/text.hpp"
#include "services/origin.hpp"
#include "services/services.hpp"
#include "services/tables.hpp"

namespace collet::services {
namespace {

constexpr std::size_t kMessageBytesMax = 4096;
constexpr std::size_t kFieldsBytesMax = 16 << 10;

base::LogLevel to_level(std::int32_t level) {
  if (level <= COLLET_LOG_DEBUG) return base::LogLevel::debug;
  if (level == COLLET_LOG_INFO) return base::LogLevel::info;
  return level == COLLET_LOG_WARN ? base::LogLevel::warn : base::LogLevel::error;
}

std::int32_t enabled(collet_call, std::int32_t level) noexcept {
  return base::log_enabled(to_level(level)) ? 1 : 0;
}

Members origin_fields(collet_call call) {
  const Origin& origin = origin_of(call);
  Members fields = {{"plugin", origin.plugin_id}};
  if (origin.instance != origin.plugin_id) fields.emplace_back("instance", origin.instance);
  if (call.id == 0) return fields;
  if (const auto scope = origin_of(call).find_call(call.id)) {
    const auto facts = scope->facts();
    fields.emplace_back("tool", facts.tool);
    fields.emplace_back("request_id", facts.request_id);
    fields.emplace_back("call_id", facts.call_id);
  }
  return fields;
}

collet_status write(collet_call call, std::int32_t level, collet_str message, collet_str fields) noexcept {
  if (call.host == nullptr) return COLLET_E_INVALID;
  if (!base::log_enabled(to_level(level))) return COLLET_OK;
  const Services& services = *origin_of(call).services;
  Members all = origin_fields(call);
  bool fields_fit = true;
  if (fields.len > 0) {
    auto parsed = fields.len <= kFieldsBytesMax
                      ? Value::parse(services.without_secrets(std::string(to_view(fields))))
                      : Result<Value>(Error{Errc::limit, "too long"});
    fields_fit = parsed && parsed->is_object();
    if (fields_fit) all.emplace_back("fields", std::move(parsed).value());
  }
  const std::string text = services.without_secrets(base::shorten(base::repair_utf8(to_view(message)), kMessageBytesMax));
  base::log_object(to_level(level), text, json::object(all));
  return fields_fit ? COLLET_OK : COLLET_E_INVALID;
}

}  // namespace

const collet_log kLogTable = {sizeof(collet_log), 0, &enabled, &write};

}  // namespace collet::services
