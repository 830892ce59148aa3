#include "command.hpp"

#include <algorithm>

#include "collet/args.hpp"
#include "placeholders.hpp"

namespace run_command {
namespace {

using collet::Args;
using collet::Error;
using collet::Result;
using collet::Value;

constexpr std::string_view kNoArguments = R"({"type":"object","properties":{},"additionalProperties":false})";

/// Upper-cased, with '_' for what no variable name may hold.
std::string variable_of(std::string_view name) {
  std::string out = "COLLET_ARG_";
  for (const char c : name) {
    const bool is_digit = c >= '0' && c <= '9', is_upper = c >= 'A' && c <= 'Z', is_lower = c >= 'a' && c <= 'z';
    out += is_lower ? static_cast<char>(c - 'a' + 'A') : is_digit || is_upper ? c : '_';
  }
  return out;
}

Result<Value> read_schema(const Args& params) {
  if (!params.has("parameters")) return Value::parse(kNoArguments);
  auto given = params.object("parameters");
  if (!given) return given.error();
  const Value schema = collet::json::merge(collet::json::object({{"type", "object"}}), given->json());
  if (schema["type"].string_or("") != "object") {
    return given->error("type", "expected \"object\": the arguments of a command are an object, got " + schema["type"].dump());
  }
  if (schema.has("properties") && !schema["properties"].is_object()) {
    return given->error("properties", "expected an object with one schema for each argument");
  }
  return schema;
}

Result<std::vector<Parameter>> read_parameters(const Value& properties) {
  const Args at(properties, "/tool_params/parameters/properties");
  std::vector<Parameter> out;
  for (std::size_t i = 0; i < properties.size(); ++i) {
    const std::string name(properties.key_at(i));
    if (name.empty()) return at.error("", "an argument needs a name");
    Parameter parameter{name, variable_of(name)};
    const auto twin = std::ranges::find(out, parameter.variable, &Parameter::variable);
    if (twin != out.end()) {
      return at.error(name, "reaches the command as " + parameter.variable + ", and so does \"" + twin->name + "\"; rename one");
    }
    out.push_back(std::move(parameter));
  }
  return out;
}

}  // namespace

Result<Command> read_command(const Value& tool_params) {
  const Args params(tool_params, "/tool_params");
  if (!params.has("cmd")) return params.error("cmd", "required, the command to run");
  auto cmd = params.string("cmd");
  if (!cmd) return cmd.error();
  if (cmd->find_first_not_of(" \t\r\n") == std::string::npos) return params.error("cmd", "is empty; expected the command to run");
  if (cmd->find('\0') != std::string::npos) return params.error("cmd", "holds a NUL character, which no command can");
  auto schema = read_schema(params);
  if (!schema) return schema.error();
  auto parameters = read_parameters((*schema)["properties"]);
  if (!parameters) return parameters.error();
  auto script = fill_placeholders(*cmd, *parameters);
  if (!script) return params.error("cmd", script.error().message);
  return Command{*std::move(script), *std::move(parameters), *std::move(schema)};
}

}  // namespace run_command
