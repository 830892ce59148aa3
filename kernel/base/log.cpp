#include "base/log.hpp"

#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace collet::base {
namespace {

// The process's one mutable global: set once by log_init before threads start.
struct Log {
  std::shared_ptr<spdlog::logger> lines = spdlog::stderr_logger_mt("collet");
  std::shared_ptr<spdlog::logger> audit;
  bool as_text = false;
};

Log& the_log() {
  static Log log;
  return log;
}

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::trace: return spdlog::level::trace;
    case LogLevel::debug: return spdlog::level::debug;
    case LogLevel::info: return spdlog::level::info;
    case LogLevel::warn: return spdlog::level::warn;
    case LogLevel::error: return spdlog::level::err;
    case LogLevel::off: return spdlog::level::off;
  }
  return spdlog::level::info;
}

constexpr const char* kJsonPattern = R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})";
constexpr const char* kTextPattern = "%H:%M:%S.%e %^%-5l%$ %v";

std::string as_text(std::string_view message, const Value& fields) {
  std::string line(message);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const Value field = fields.member_at(i);
    line += ' ';
    line += fields.key_at(i);
    line += '=';
    line += field.is_string() ? std::string(*field.as_string()) : field.dump();
  }
  return line;
}

std::string as_json(std::string_view message, const Value& fields) {
  JsonWriter writer;
  writer.begin_object().member("message", message);
  for (std::size_t i = 0; i < fields.size(); ++i) writer.member(fields.key_at(i), fields.member_at(i));
  writer.end_object();
  return writer.text().substr(1, writer.text().size() - 2);  // the pattern has the braces
}

void set_pattern(spdlog::logger& logger, const char* pattern) {
  logger.set_formatter(std::make_unique<spdlog::pattern_formatter>(
      pattern, spdlog::pattern_time_type::utc));
}

}  // namespace

Result<void> log_init(const LogSettings& settings) {
  Log& log = the_log();
  const auto level = spdlog::level::from_str(settings.level);
  if (level == spdlog::level::off && settings.level != "off") {
    return Error{Errc::invalid, "log.level: \"" + settings.level +
                                    "\" is none of trace, debug, info, warn, error, off"};
  }
  const bool terminal = isatty(STDERR_FILENO) != 0;
  log.as_text = settings.format == "text" || (settings.format == "auto" && terminal);
  if (log.as_text) {
    const auto sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
    log.lines = std::make_shared<spdlog::logger>("collet", sink);
  }
  set_pattern(*log.lines, log.as_text ? kTextPattern : kJsonPattern);
  log.lines->set_level(level);
  log.lines->flush_on(spdlog::level::info);
  if (settings.audit_file.empty()) return {};
  try {
    const auto sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(settings.audit_file);
    log.audit = std::make_shared<spdlog::logger>("audit", sink);
    set_pattern(*log.audit, kJsonPattern);
    log.audit->flush_on(spdlog::level::trace);
  } catch (const spdlog::spdlog_ex& e) {
    return Error{Errc::unavailable, std::string("log.audit_file: ") + e.what()};
  }
  return {};
}

bool log_enabled(LogLevel level) { return the_log().lines->should_log(to_spdlog(level)); }

void log(LogLevel level, std::string_view message, LogFields fields) {
  if (log_enabled(level)) log_object(level, message, json::object(fields));
}

void log_object(LogLevel level, std::string_view message, const Value& fields) {
  Log& log = the_log();
  if (!log_enabled(level)) return;
  log.lines->log(to_spdlog(level), "{}",
                 log.as_text ? as_text(message, fields) : as_json(message, fields));
}

void audit(const Value& record) {
  Log& log = the_log();
  if (log.audit) {
    log.audit->info("{}", as_json("audit", record));
  } else {
    log_object(LogLevel::info, "audit", record);
  }
}

}  // namespace collet::base
