// From a tool to what one request sees of it: pinned arguments, checked
// tool_params, and what the tool itself makes of them.
#include <optional>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "collet/ext/specialize.h"
#include "collet/str.hpp"
#include "plugin/generation.hpp"
#include "plugin/invoke.hpp"
#include "plugin/table.hpp"

namespace collet::plugin {
namespace {

struct SplitParams {
  Members pinned;
  Members rest;
};

SplitParams split(const Value& tool_params, const Value& input_schema) {
  SplitParams out;
  const Value properties = input_schema["properties"];
  for (std::size_t i = 0; i < tool_params.size(); ++i) {
    const auto key = tool_params.key_at(i);
    auto& into = properties.has(key) ? out.pinned : out.rest;
    into.emplace_back(key, tool_params.member_at(i));
  }
  return out;
}

std::vector<std::string> keys_of(const Value& properties) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < properties.size(); ++i) out.emplace_back(properties.key_at(i));
  return out;
}

Error unknown_key(const ToolInfo& info, std::string_view key) {
  std::vector<std::string> known = keys_of(info.input_schema["properties"]);
  for (auto& name : keys_of(info.config_schema["properties"])) known.push_back(std::move(name));
  std::string message = "/tool_params/" + std::string(key) + ": tool " + info.name + " knows no such parameter";
  if (const auto near = base::nearest(key, known); !near.empty()) message += ", did you mean " + std::string(near) + "?";
  message += known.empty() ? "; it takes none" : "; it takes " + base::join(known, ", ");
  return {Errc::invalid, std::move(message)};
}

/// Findings with the place where the caller wrote the value.
Error does_not_fit(std::vector<SchemaFinding> findings) {
  for (auto& finding : findings) finding.instance_pointer = "/tool_params" + finding.instance_pointer;
  return {Errc::invalid, describe(findings)};
}

Result<void> check_pinned(const Value& input_schema, const Value& pinned) {
  if (pinned.size() == 0) return {};
  auto partial = Schema::compile(json::without(input_schema, "required"));
  if (!partial) return partial.error();
  auto findings = partial->validate(pinned);
  if (!findings.empty()) return does_not_fit(std::move(findings));
  return {};
}

Result<void> check_rest(const Tool& tool, Value& rest) {
  if (!tool.config) {
    if (rest.size() > 0) return unknown_key(tool.info, rest.key_at(0));
    return {};
  }
  rest = tool.config->with_defaults(rest);
  auto findings = tool.config->validate(rest);
  if (!findings.empty()) return does_not_fit(std::move(findings));
  return {};
}

Value without_pinned(const Value& input_schema, const Value& pinned) {
  if (pinned.size() == 0) return input_schema;
  Value properties = input_schema["properties"];
  std::vector<Value> required;
  for (std::size_t i = 0; i < pinned.size(); ++i) properties = json::without(properties, pinned.key_at(i));
  const Value all_required = input_schema["required"];
  for (std::size_t i = 0; i < all_required.size(); ++i) {
    if (!pinned.has(all_required.at(i).string_or(""))) required.push_back(all_required.at(i));
  }
  Value out = json::merge(input_schema, json::object({{"properties", properties}}));
  if (!all_required.is_array()) return out;
  return required.empty() ? json::without(out, "required")
                          : json::merge(out, json::object({{"required", json::array(required)}}));
}

struct Specialized {
  std::optional<std::string> description;
  std::optional<std::string> input_schema;
};

void take_specialized(void* user, const collet_tool* tool) noexcept {
  const collet_tool own = read_struct(tool);
  auto& out = *static_cast<Specialized*>(user);
  if (own.description.ptr) out.description = base::repair_utf8(to_view(own.description));
  if (own.input_schema.ptr) out.input_schema = to_view(own.input_schema);
}

Result<Specialized> specialize(const Tool& tool, const collet_specialize& table, const Value& params,
                               std::string_view hint) {
  Specialized out;
  std::string reason;
  const std::string text = params.dump();
  const collet_status status =
      table.specialize(tool.generation->instance(), to_str(tool.info.name), to_str(text),
                       to_optional_str(hint), take_specialized, &out, assign_text, &reason);
  if (status >= 0) return out;
  return Error{to_errc(status), reason.empty() ? "tool " + tool.info.name + " cannot use its tool_params"
                                               : base::repair_utf8(reason)};
}

/// Puts the tool's own words for this request into the offer. True when the
/// schema changed.
Result<bool> apply_specialize(Offer& offer, const Value& params, std::string_view hint) {
  const auto* extension = offer.tool->generation->extension<collet_specialize>(COLLET_SPECIALIZE_ID);
  if (!extension) {
    if (!hint.empty()) offer.description += "\n" + std::string(hint);
    return false;
  }
  auto made = specialize(*offer.tool, read_struct(extension), params, hint);
  if (!made) return made.error();
  if (made->description) offer.description = *std::move(made->description);
  if (!made->input_schema) return false;
  auto schema = Value::parse(*made->input_schema);
  if (!schema) return Error{Errc::internal, "tool " + offer.tool->info.name + " made a schema that is no JSON: " + schema.error().message};
  offer.input_schema = std::move(schema).value();
  return true;
}

}  // namespace

Result<Offer> make_offer(const ToolPtr& tool, std::string_view offered_name, const Value& tool_params,
                         std::string_view description_hint) {
  if (!tool_params.is_null() && !tool_params.is_object()) {
    return Error{Errc::invalid, "/tool_params: expected an object, got " + std::string(name(tool_params.kind()))};
  }
  SplitParams params = split(tool_params, tool->info.input_schema);
  Offer offer{tool, std::string(offered_name), tool->info.description, tool->info.input_schema,
              tool->input, json::object(params.pinned), json::object(params.rest)};
  if (auto fits = check_pinned(tool->info.input_schema, offer.pinned); !fits) return fits.error();
  if (auto fits = check_rest(*tool, offer.tool_params); !fits) return fits.error();
  const Value all_params = json::merge(offer.tool_params, offer.pinned);
  const auto specialized = apply_specialize(offer, all_params, description_hint);
  if (!specialized) return specialized.error();
  if (offer.pinned.size() == 0 && !*specialized) return offer;
  offer.input_schema = without_pinned(offer.input_schema, offer.pinned);
  auto compiled = Schema::compile(offer.input_schema);
  if (!compiled) return Error{Errc::invalid, "/tool_params: the schema they make is not valid: " + compiled.error().message};
  offer.input = std::move(compiled).value();
  return offer;
}

}  // namespace collet::plugin
