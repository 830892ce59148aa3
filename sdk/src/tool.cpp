#include "collet/tool.hpp"

#include "collet/str.hpp"

namespace collet {
namespace {

collet_example to_abi(const ToolExample& example) {
  collet_example out = {};
  out.struct_size = sizeof(out);
  out.request = to_str(example.request);
  out.task = to_str(example.task);
  out.arguments = to_str(example.arguments);
  out.result = to_str(example.result);
  out.answer = to_str(example.answer);
  return out;
}

std::uint32_t flags_of(const ToolSpec& spec, bool blocking) {
  return (spec.blocking.value_or(blocking) ? COLLET_TOOL_BLOCKING : 0u) |
         (spec.needs_app ? COLLET_TOOL_NEEDS_APP : 0u) |
         (spec.idempotent ? COLLET_TOOL_IDEMPOTENT : 0u);
}

}  // namespace

collet_status list_tool(const ToolSpec& spec, bool blocking, collet_tool_fn each, void* user) {
  std::vector<collet_str> aliases;
  for (const auto& alias : spec.aliases) aliases.push_back(to_str(alias));
  std::vector<collet_example> examples;
  for (const auto& example : spec.examples) examples.push_back(to_abi(example));
  std::vector<const collet_example*> example_pointers;
  for (const auto& example : examples) example_pointers.push_back(&example);

  collet_tool tool = {};
  tool.struct_size = sizeof(tool);
  tool.flags = flags_of(spec, blocking);
  tool.name = to_str(spec.name);
  tool.name_space = to_optional_str(spec.name_space);
  tool.title = to_optional_str(spec.title);
  tool.description = to_str(spec.description);
  tool.input_schema = to_str(spec.input_schema);
  tool.config_schema = to_optional_str(spec.config_schema);
  tool.output_schema = to_optional_str(spec.output_schema);
  tool.aliases = aliases.data();
  tool.alias_count = static_cast<std::uint32_t>(aliases.size());
  tool.examples = example_pointers.data();
  tool.example_count = static_cast<std::uint32_t>(example_pointers.size());
  tool.effects = spec.effects;
  tool.exposure = spec.exposure;
  tool.timeout_ms = spec.timeout_ms;
  tool.concurrency_max = spec.concurrency_max;
  return each(user, &tool);
}

}  // namespace collet
