#include "plugin/tool_reader.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "collet/sized.hpp"
#include "collet/str.hpp"
#include "plugin/gate.hpp"

namespace collet::plugin {
namespace {

constexpr std::size_t kToolsMax = 512;
constexpr std::uint32_t kListMax = 64;  ///< Aliases, examples.

std::string text(collet_str from) { return base::repair_utf8(to_view(from)); }

Error bad(std::string what) { return {Errc::invalid, std::move(what)}; }

struct CompiledSchema {
  Value json;
  std::optional<Schema> schema;
};

Result<CompiledSchema> read_schema(collet_str from, const char* field) {
  CompiledSchema out;
  if (from.len == 0) return out;
  auto parsed = Value::parse(to_view(from));
  if (!parsed) return bad(std::string(field) + ": " + parsed.error().message);
  if (!parsed->is_object()) return bad(std::string(field) + ": expected an object");
  auto compiled = Schema::compile(*parsed);
  if (!compiled) return bad(std::string(field) + ": " + compiled.error().message);
  out.json = std::move(parsed).value();
  out.schema = std::move(compiled).value();
  return out;
}

Result<std::vector<std::string>> read_aliases(const collet_tool& tool) {
  std::vector<std::string> out;
  if (tool.alias_count > kListMax) return bad("more than " + std::to_string(kListMax) + " aliases");
  for (std::uint32_t i = 0; i < tool.alias_count; ++i) {
    out.push_back(text(tool.aliases[i]));
    if (!is_tool_name(out.back())) return bad("alias \"" + base::shorten(out.back(), 80) + "\" is no tool name");
  }
  return out;
}

/// A wrong example teaches a model to call wrongly, so each is checked.
Result<std::vector<ToolExample>> read_examples(const collet_tool& tool, const Schema& input) {
  std::vector<ToolExample> out;
  if (tool.example_count > kListMax) return bad("more than " + std::to_string(kListMax) + " examples");
  for (std::uint32_t i = 0; i < tool.example_count; ++i) {
    if (!is_whole(tool.examples[i])) return bad("example " + std::to_string(i) + ": struct_size is less than in ABI 1.0");
    const collet_example example = read_struct(tool.examples[i]);
    out.push_back({text(example.request), text(example.task), text(example.arguments),
                   text(example.result), text(example.answer)});
    const std::string which = "example " + std::to_string(i) + ": ";
    const auto arguments = Value::parse(out.back().arguments);
    if (!arguments) return bad(which + "arguments: " + arguments.error().message);
    const auto findings = input.validate(*arguments);
    if (!findings.empty()) return bad(which + "arguments do not fit input_schema: " + describe(findings));
  }
  return out;
}

}  // namespace

bool is_tool_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, fits);
}

collet_status ToolReader::add(const collet_tool* tool, bool is_command) noexcept {
  if (full_) return COLLET_E_LIMIT;
  if (listed_.tools.size() + listed_.refused.size() >= kToolsMax) {
    full_ = true;
    listed_.refused.push_back({Errc::limit, "more than " + std::to_string(kToolsMax) + " tools; the rest is not offered"});
    return COLLET_E_LIMIT;
  }
  if (!is_whole(tool)) {
    listed_.refused.push_back(bad("a tool: struct_size is less than in ABI 1.0, set it to sizeof(collet_tool)"));
    return COLLET_E_INVALID;
  }
  const collet_tool own = read_struct(tool);
  auto read_tool = read(own, is_command);
  if (!read_tool) {
    listed_.refused.push_back({read_tool.error().code, (is_command ? "command \"" : "tool \"") + base::shorten(text(own.name), 80) + "\": " + read_tool.error().message});
    return COLLET_E_INVALID;
  }
  listed_.tools.push_back(std::move(read_tool).value());
  return COLLET_OK;
}

Result<void> ToolReader::check_name(const ToolInfo& info) const {
  if (!is_tool_name(info.name)) return bad("name: expected 1 to 64 letters, digits, '_' or '-'");
  if (!info.name_space.empty() && !is_tool_name(info.name_space)) return bad("name_space: expected 1 to 64 letters, digits, '_' or '-'");
  if (info.is_command && info.name_space.empty()) return bad("name_space: required, the group of the command");
  // A command is invoked by its own name, as tools are.
  const bool twice = std::ranges::any_of(listed_.tools, [&](const auto& other) {
    return other->info.full_name() == info.full_name() || (info.is_command && other->info.name == info.name);
  });
  if (twice) return bad("listed twice");
  if (const std::string why = taken_ ? taken_(info) : std::string(); !why.empty()) return bad(why);
  return {};
}

Result<std::shared_ptr<Tool>> ToolReader::read(const collet_tool& from, bool is_command) const {
  ToolInfo info;
  info.is_command = is_command;
  info.plugin_id = plugin_id_;
  info.instance = instance_;
  info.name = text(from.name);
  info.name_space = text(from.name_space);
  // Two instances of one plugin offer the same names: their own keeps them apart.
  if (!is_command && info.name_space.empty() && instance_ != plugin_id_) info.name_space = instance_;
  if (auto fits = check_name(info); !fits) return fits.error();
  auto input = read_schema(from.input_schema, "input_schema");
  if (!input) return input.error();
  if (!input->schema) return bad("input_schema: required, a JSON Schema of an object");
  auto config = read_schema(from.config_schema, "config_schema");
  if (!config) return config.error();
  auto output = read_schema(from.output_schema, "output_schema");
  if (!output) return output.error();
  auto aliases = read_aliases(from);
  if (!aliases) return aliases.error();
  auto examples = read_examples(from, *input->schema);
  if (!examples) return examples.error();

  info.title = from.title.len == 0 ? info.name : text(from.title);
  info.description = text(from.description);
  info.input_schema = input->json;
  info.config_schema = config->json;
  info.output_schema = output->json;
  info.aliases = std::move(aliases).value();
  info.examples = std::move(examples).value();
  info.flags = from.flags;
  info.effects = from.effects;
  info.exposure = from.exposure;
  info.timeout_ms = from.timeout_ms;
  info.concurrency_max = static_cast<int>(std::min<std::uint32_t>(from.concurrency_max, 1u << 20));
  auto gate = info.concurrency_max > 0 ? std::make_shared<Gate>(info.concurrency_max) : nullptr;
  return std::make_shared<Tool>(Tool{std::move(info), *std::move(input->schema), nullptr,
                                     std::move(config->schema), std::move(output->schema), std::move(gate)});
}

}  // namespace collet::plugin
