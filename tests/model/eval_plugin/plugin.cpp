// Tools with canned results, for measuring a model: which tools exist and what each
// case answers stands in a file. The case of a call is pinned by the request
// (tool_params), so the model never sees it.
#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "collet/plugin.hpp"

namespace {

using collet::Value;

bool contains_ignoring_case(std::string_view text, std::string_view part) {
  const auto same = [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); };
  return std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end();
}

std::string text_of(const Value& object, std::string_view key) { return std::string(object[key].string_or("")); }

/// The tool's own schema with the member that the request pins.
Value with_case(const Value& schema) {
  const Value number = collet::json::object({{"type", "integer"}, {"description", "Index of the case."}});
  const Value properties = collet::json::merge(schema["properties"], collet::json::object({{"case", number}}));
  return collet::json::merge(schema, collet::json::object({{"properties", properties}}));
}

collet::ToolSpec spec_of(const Value& tool) {
  collet::ToolSpec spec;
  spec.name = text_of(tool, "name");
  spec.description = text_of(tool, "description");
  spec.input_schema = with_case(tool["parameters"]).dump();
  spec.config_schema = R"({"type":"object","properties":{"case":{"type":"integer"}}})";
  for (std::size_t i = 0; i < tool["examples"].size(); ++i) {
    const Value example = tool["examples"].at(i);
    spec.examples.push_back({text_of(example, "request"), text_of(example, "task"), example["arguments"].dump(),
                             text_of(example, "result"), text_of(example, "answer")});
  }
  return spec;
}

class Eval {
 public:
  static collet::Result<std::unique_ptr<Eval>> create(collet::Host, const Value& config) {
    std::ifstream file(text_of(config, "file"));
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    auto data = Value::parse(text);
    if (!data) return collet::Error{data.error().code, "config.file: " + data.error().message};
    return std::unique_ptr<Eval>(new Eval(std::move(*data)));
  }

  [[nodiscard]] std::vector<collet::ToolSpec> tools() const {
    std::vector<collet::ToolSpec> specs;
    for (std::size_t i = 0; i < data_["tools"].size(); ++i) specs.push_back(spec_of(data_["tools"].at(i)));
    return specs;
  }

  collet::Result<std::string> run(collet::Call&, std::string_view tool, const collet::Args& args) {
    const auto index = args.optional_int("case", -1);
    if (!index) return index.error();
    const Value steps = data_["cases"].at(static_cast<std::size_t>(*index))["steps"];
    const std::string arguments = collet::json::without(args.json(), "case").dump();
    const Value step = fitting(steps, tool, arguments);
    return step.is_null() ? std::string("(no result)") : text_of(step, "canned_result");
  }

 private:
  explicit Eval(Value data) : data_(std::move(data)) {}

  /// The step of this tool whose arguments were expected; else its first one.
  static Value fitting(const Value& steps, std::string_view tool, std::string_view arguments) {
    Value first;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const Value step = steps.at(i);
      if (step["tool"].string_or("") != tool) continue;
      if (first.is_null()) first = step;
      const Value parts = step["argument_contains"];
      bool all = true;
      for (std::size_t p = 0; p < parts.size(); ++p) all = all && contains_ignoring_case(arguments, parts.at(p).string_or(""));
      if (all) return step;
    }
    return first;
  }

  Value data_;
};

}  // namespace

COLLET_PLUGIN(Eval, R"({
  "id": "eval",
  "version": "1.0.0",
  "config_schema": {
    "type": "object",
    "additionalProperties": false,
    "required": ["file"],
    "properties": {"file": {"type": "string", "description": "Tools and cases; see tests/model."}}
  }
})")
