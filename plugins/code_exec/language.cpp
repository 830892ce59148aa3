#include "language.hpp"

#include <array>

#include "collet/json.hpp"

namespace code_exec {

using collet::Value;
namespace json = collet::json;

namespace {

constexpr const char* kConfigSchema = R"({
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "session": {
      "anyOf": [{"type": "boolean"}, {"type": "string", "pattern": "^[A-Za-z0-9._:@-]{1,128}$"}],
      "description": "Keeps the files in /work between calls. true: within this request. A name of 1..128 letters, digits or ._:@- : between requests of your API key that give the same name, until it has not been used for a while."
    }
  }
})";

}  // namespace

std::span<const Language> languages() {
  static const std::array rows = {kPython, kRuby, kNode, kGo};
  return rows;
}

collet::ToolSpec tool_of(const Language& language, const Runtime& runtime) {
  const Value code = json::object({{"type", "string"}, {"minLength", 1}, {"description", language.code_description}});
  const Value packages = json::object({{"type", json::array({"array", "null"})},
                                       {"items", json::object({{"type", "string"}})},
                                       {"description", "Packages to install first. Leave out if none are needed."}});
  const Value schema = json::object({
      {"type", "object"},
      {"properties", json::object({{"code", code}, {"packages", packages}})},
      {"required", json::array({"code"})},
      {"additionalProperties", false},
  });
  collet::ToolSpec spec;
  spec.name = language.tool;
  spec.title = language.title;
  spec.description = description_of(language, runtime, Files::thrown_away);
  spec.input_schema = schema.dump();
  spec.config_schema = kConfigSchema;
  spec.examples = language.examples();
  spec.effects = COLLET_EFFECT_RUNS_CODE | COLLET_EFFECT_NETWORK;
  spec.idempotent = true;
  return spec;
}

std::string description_of(const Language& language, const Runtime& runtime, Files files) {
  return language.description(runtime, files) + " Other packages: name them in `packages`.";
}

std::string describe(std::string_view program, const Runtime& runtime, Files files, std::string_view library, std::string_view hint) {
  // What the operator's interpreter brings along is not known here.
  const std::string limits = runtime.is_configured ? "No network." : "Only " + std::string(library) + "; no network.";
  const std::string_view kept = files == Files::kept ? "Files in /work, where a program starts, are there again in the next call, nothing else is;"
                                                     : "Nothing is kept between calls;";
  return "Runs " + std::string(program) +
         " program in a fresh isolated sandbox and returns its exit code, stdout and stderr. Use it for "
         "calculations, data processing, text and algorithms. " +
         limits + " " + std::string(kept) + " files saved in /out are returned. " + std::string(hint);
}

}  // namespace code_exec
