// The one log. JSON lines on standard error; spdlog lives in log.cpp alone.
#pragma once

#include <initializer_list>
#include <string_view>
#include <utility>

#include "collet/json.hpp"
#include "collet/result.hpp"

namespace collet::base {

enum class LogLevel { trace, debug, info, warn, error, off };

struct LogSettings {
  std::string level = "info";   ///< trace, debug, info, warn, error, off.
  std::string format = "auto";  ///< json, text, auto: text on a terminal.
  std::string audit_file;       ///< "": audit lines go to the log.
};

using LogFields = std::initializer_list<std::pair<std::string_view, Value>>;

/// Once, before threads start. @error invalid (unknown level), unavailable (file).
Result<void> log_init(const LogSettings& settings);
[[nodiscard]] bool log_enabled(LogLevel level);
/// [any-thread] `message` is a fixed sentence; what varies goes into `fields`.
void log(LogLevel level, std::string_view message, LogFields fields = {});
void log_object(LogLevel level, std::string_view message, const Value& fields);
inline void log_debug(std::string_view message, LogFields fields = {}) { log(LogLevel::debug, message, fields); }
inline void log_info(std::string_view message, LogFields fields = {}) { log(LogLevel::info, message, fields); }
inline void log_warn(std::string_view message, LogFields fields = {}) { log(LogLevel::warn, message, fields); }
inline void log_error(std::string_view message, LogFields fields = {}) { log(LogLevel::error, message, fields); }
/// One audit line: always written, whatever the level.
void audit(const Value& record);

}  // namespace collet::base
