#include "language.hpp"

#include <array>

#include "collet/json.hpp"

namespace code_exec {

using collet::Value;
namespace json = collet::json;

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
  spec.description = language.description(runtime) + " Other packages: name them in `packages`.";
  spec.input_schema = schema.dump();
  spec.examples = language.examples();
  spec.effects = COLLET_EFFECT_RUNS_CODE | COLLET_EFFECT_NETWORK;
  spec.idempotent = true;
  return spec;
}

std::string describe(std::string_view program, const Runtime& runtime, std::string_view library, std::string_view hint) {
  // What the operator's interpreter brings along is not known here.
  const std::string limits = runtime.is_configured ? "No network." : "Only " + std::string(library) + "; no network.";
  return "Runs " + std::string(program) +
         " program in a fresh isolated sandbox and returns its exit code, stdout and stderr. Use it for "
         "calculations, data processing, text and algorithms. " +
         limits + " Nothing is kept between calls; files saved in /out are returned. " + std::string(hint);
}

}  // namespace code_exec
