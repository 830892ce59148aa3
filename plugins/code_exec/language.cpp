#include "language.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

#include "collet/json.hpp"

namespace code_exec {

using collet::Value;
namespace json = collet::json;

std::span<const Language> languages() {
  static const std::array rows = {kPython};
  return rows;
}

collet::ToolSpec tool_of(const Language& language, const Runtime& runtime) {
  const Value code = json::object({{"type", "string"}, {"minLength", 1}, {"description", language.code_description}});
  const Value packages = json::object({{"type", json::array({"array", "null"})},
                                       {"items", json::object({{"type", "string"}})},
                                       {"description", language.packages_description}});
  const Value schema = json::object({
      {"type", "object"},
      {"properties", json::object({{"code", code}, {"packages", packages}})},
      {"required", json::array({"code"})},
      {"additionalProperties", false},
  });
  collet::ToolSpec spec;
  spec.name = language.tool;
  spec.title = language.title;
  spec.description = language.description(runtime);
  spec.input_schema = schema.dump();
  spec.examples = language.examples();
  spec.effects = COLLET_EFFECT_RUNS_CODE;
  spec.idempotent = true;
  return spec;
}

std::vector<std::string> existing(std::vector<std::string> folders) {
  std::erase_if(folders, [](const std::string& folder) {
    std::error_code error;
    return !std::filesystem::exists(folder, error);
  });
  return folders;
}

}  // namespace code_exec
