// From a tool to what one request sees of it: pinned arguments, checked
// tool_params, and what the tool itself makes of them.
#include <optional>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "collet/ext/specialize.h"
#include "collet/sized.hpp"
#include "collet/str.hpp"
#include "plugin/generation.hpp"
#include "plugin/invoke.hpp"

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

/// The schema's properties and what they may refer to, without what it demands of
/// the object as a whole: pinned arguments alone are not all of it.
Value properties_only(const Value& input_schema) {
  Members out;
  for (std::size_t i = 0; i < input_schema.size(); ++i) {
    const auto key = input_schema.key_at(i);
    const bool kept = key.starts_with('$') ? key != "$ref" && key != "$dynamicRef" : key == "definitions" || key == "properties";
    if (kept) out.emplace_back(key, input_schema.member_at(i));
  }
  return json::object(out);
}

/// Each pinned argument against its own subschema. Whether they go together with
/// the rest shows when that is there, see complete_arguments().
Result<void> check_pinned(const Value& input_schema, const Value& pinned) {
  if (pinned.size() == 0) return {};
  auto partial = Schema::compile(properties_only(input_schema));
  if (!partial) return {};  // it refers to a place that is not among these
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

collet_status take_specialized(void* user, const collet_tool* tool) noexcept {
  if (!is_whole(tool)) return COLLET_E_INVALID;
  const collet_tool own = read_struct(tool);
  auto& out = *static_cast<Specialized*>(user);
  if (own.description.ptr) out.description = base::repair_utf8(to_view(own.description));
  if (own.input_schema.ptr) out.input_schema = to_view(own.input_schema);
  return COLLET_OK;
}

Result<Specialized> specialize(const Tool& tool, const collet_specialize& table, const Value& params,
                               std::string_view hint, const OfferFor& who) {
  Specialized out;
  std::string reason;
  const std::string text = params.dump();
  collet_specialize_request request = {};
  request.struct_size = sizeof(request);
  request.tool = to_str(tool.info.name);
  request.tool_params = to_str(text);
  request.description_hint = to_optional_str(hint);
  request.caller = to_optional_str(who.caller);
  request.app = to_optional_str(who.app);
  request.size = to_optional_str(who.size);
  const collet_status status =
      table.specialize(tool.generation->instance(), &request, take_specialized, &out, assign_text, &reason);
  if (status >= 0) return out;
  return Error{to_errc(status), reason.empty() ? "tool " + tool.info.name + " cannot use its tool_params"
                                               : base::repair_utf8(reason)};
}

/// Puts the tool's own words for this request into the offer. True when the
/// schema changed.
Result<bool> apply_specialize(Offer& offer, const Value& params, std::string_view hint, const OfferFor& who) {
  Generation& generation = *offer.tool->generation;
  const Visit visit(generation);
  if (!visit) return Error{Errc::unavailable, "plugin " + generation.name() + " takes no calls any more"};
  const auto extension = generation.extension<collet_specialize>(COLLET_SPECIALIZE_ID);
  if (!extension || !extension->specialize) {
    if (!hint.empty()) offer.description += "\n" + std::string(hint);
    return false;
  }
  auto made = specialize(*offer.tool, *extension, params, hint, who);
  if (!made) return made.error();
  if (made->description) offer.description = *std::move(made->description);
  if (!made->input_schema) return false;
  auto schema = Value::parse(*made->input_schema);
  if (!schema) return Error{Errc::internal, "tool " + offer.tool->info.name + " made a schema that is no JSON: " + schema.error().message};
  offer.input_schema = std::move(schema).value();
  return true;
}

/// Makes the schemas of the offer from its pinned arguments and its input_schema,
/// which is still the whole one.
Result<void> compile_schemas(Offer& offer, bool changed) {
  const auto compile = [](const Value& schema) -> Result<Schema> {
    auto compiled = Schema::compile(schema);
    if (compiled) return compiled;
    return Error{Errc::invalid, "/tool_params: the schema they make is not valid: " + compiled.error().message};
  };
  if (changed) {
    auto compiled = compile(offer.input_schema);
    if (!compiled) return compiled.error();
    offer.input = std::move(compiled).value();
  }
  if (offer.pinned.size() == 0) return {};
  offer.input_schema = without_pinned(offer.input_schema, offer.pinned);
  auto shown = compile(offer.input_schema);
  if (!shown) return shown.error();
  offer.whole = std::exchange(offer.input, std::move(shown).value());
  return {};
}

}  // namespace

Result<Offer> make_offer(const ToolPtr& tool, std::string_view offered_name, const Value& tool_params,
                         std::string_view description_hint, const OfferFor& who) {
  if (!tool_params.is_null() && !tool_params.is_object()) {
    return Error{Errc::invalid, "/tool_params: expected an object, got " + std::string(name(tool_params.kind()))};
  }
  SplitParams params = split(tool_params, tool->info.input_schema);
  Offer offer{tool, std::string(offered_name), tool->info.description, tool->info.input_schema,
              tool->input, json::object(params.pinned), json::object(params.rest)};
  if (auto fits = check_pinned(tool->info.input_schema, offer.pinned); !fits) return fits.error();
  if (auto fits = check_rest(*tool, offer.tool_params); !fits) return fits.error();
  const Value all_params = json::merge(offer.tool_params, offer.pinned);
  const auto specialized = apply_specialize(offer, all_params, description_hint, who);
  if (!specialized) return specialized.error();
  if (auto compiled = compile_schemas(offer, *specialized); !compiled) return compiled.error();
  return offer;
}

Result<Value> complete_arguments(const Offer& offer, const Value& wanted) {
  const Schema& schema = offer.whole ? *offer.whole : offer.input;
  const Value merged = offer.pinned.size() > 0 ? json::merge(wanted, offer.pinned) : wanted;
  const auto findings = schema.validate(merged);
  if (!findings.empty()) return Error{Errc::invalid, describe(findings)};
  return schema.with_defaults(merged);
}

}  // namespace collet::plugin
