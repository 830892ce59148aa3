// What several commands take or show.
#include <iostream>
#include <iterator>

#include "cli/commands.hpp"

namespace collet::cli {

Result<Value> runtime_params(const ToolParams& params) {
  Members members;
  if (!params.app.empty()) members.emplace_back("target_app_name", params.app);
  if (!params.size.empty()) members.emplace_back("dyno_size", params.size);
  if (params.ttl_seconds > 0) members.emplace_back("ttl_seconds", params.ttl_seconds);
  if (params.max_calls > 0) members.emplace_back("max_calls", params.max_calls);
  if (!params.params.empty()) {
    auto tool_params = Value::parse(params.params);
    if (!tool_params) return Error{Errc::invalid, "--params: " + tool_params.error().message};
    if (!tool_params->is_object()) return Error{Errc::invalid, "--params: expected a JSON object, got " + std::string(name(tool_params->kind()))};
    members.emplace_back("tool_params", *tool_params);
  }
  return members.empty() ? Value() : json::object(members);
}

Result<std::string> read_stdin() {
  constexpr std::size_t kBytesMax = 4 << 20;
  std::string text;
  for (std::istreambuf_iterator<char> at(std::cin), end; at != end; ++at) {
    if (text.size() == kBytesMax) return Error{Errc::limit, "standard input is larger than 4 MiB"};
    text += *at;
  }
  return text;
}

std::string object_text(const Value& value, std::size_t indent) {
  const std::string margin(indent, ' ');
  std::string out;
  const auto entry = [&](const std::string& label, const Value& member) {
    const bool nested = (member.is_object() || member.is_array()) && member.size() > 0;
    if (nested) out += margin + label + "\n" + object_text(member, indent + 2);
    else out += margin + label + " " + visible(member.is_string() ? std::string(member.string_or("")) : member.dump()) + "\n";
  };
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value.is_array()) entry("-", value.at(i));
    else entry(visible(value.key_at(i)) + ":", value.member_at(i));
  }
  return out;
}

}  // namespace collet::cli
