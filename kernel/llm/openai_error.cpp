#include "llm/openai_error.hpp"

#include <utility>

#include "base/text.hpp"

namespace collet::llm {

namespace {

constexpr std::size_t kMessageMax = 1000;
constexpr std::size_t kKeyPartMin = 6;

bool is_key_char(char c) { return c > ' ' && c != '"' && c != '\'' && c != ',' && c != ')' && c != '<'; }

std::string message_in(const Value& json) {
  if (const auto text = json.as_string()) return std::string(*text);
  if (json.is_array()) return json.size() ? message_in(json.at(0)) : std::string();
  if (!json.is_object()) return {};
  for (const auto* key : {"error", "message", "detail", "msg", "errors", "error_description"}) {
    if (std::string text = message_in(json[key]); !text.empty()) return text;
  }
  return {};
}

}  // namespace

Errc errc_of_status(int status) {
  if (status == 401 || status == 403) return Errc::denied;
  if (status == 404) return Errc::not_found;
  if (status == 408) return Errc::timeout;
  if (status == 402 || status == 429) return Errc::limit;
  if (status == 409 || status >= 500) return Errc::unavailable;
  return Errc::invalid;
}

std::string error_message_of(std::string_view body) {
  JsonLimits limits;
  limits.depth_max = 32;
  std::string message;
  if (const auto json = Value::parse(body, limits)) message = message_in(*json);
  if (message.empty()) message = base::repair_utf8(base::trim(body));
  return base::shorten(message, kMessageMax);
}

std::string redact(std::string text, std::string_view api_key) {
  if (api_key.size() < kKeyPartMin) return text;
  const auto part = api_key.substr(0, kKeyPartMin);
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at)) {
    std::size_t end = at + part.size();
    while (end < text.size() && is_key_char(text[end])) ++end;
    text.replace(at, end - at, "[key]");
  }
  return text;
}

Error upstream_error(const UpstreamName& upstream, Errc code, std::string_view what) {
  return Error{code, "model '" + upstream.model + "': " + redact(std::string(what), upstream.api_key)};
}

Error error_of_answer(const UpstreamName& upstream, int status, std::string_view body) {
  const std::string message = error_message_of(body);
  const std::string what = "its server answered " + std::to_string(status);
  return upstream_error(upstream, errc_of_status(status), message.empty() ? what : what + ": " + message);
}

Error error_of_chunk(const UpstreamName& upstream, const Value& error) {
  const auto status = error["code"].as_int64().value_or(error["status"].as_int64().value_or(0));
  const Errc code = status >= 400 && status < 600 ? errc_of_status(static_cast<int>(status)) : Errc::unavailable;
  std::string message = message_in(error);
  if (message.empty()) message = error.dump();
  return upstream_error(upstream, code, "its server broke off: " + base::shorten(message, kMessageMax));
}

}  // namespace collet::llm
