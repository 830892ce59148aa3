// What the planning adapter says to a small model. Pure text work.
//
// Two conversations, each behind a prefix that stays the same for a tool set, so
// that the model server keeps it in its prompt cache:
//   planning:  request -> {"plan": ["TOOL: TASK", ...]}
//   steps:     request, Next: TOOL: TASK -> the arguments as JSON
//              result, Next: TOOL: TASK  -> ...
//              result, now answer        -> free text
// What the model need not write it does not write: on two cores a token takes some
// 50 ms, and the tool's name in each call would be ten of them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "llm/provider.hpp"

namespace collet::llm::planning {

inline constexpr std::size_t kPlanStepsMax = 4;
inline constexpr std::size_t kTaskMax = 100;         ///< Characters of a task.
inline constexpr std::size_t kResultMax = 4'000;     ///< Bytes of a result that the model sees.
inline constexpr std::size_t kEarlierTextMax = 300;  ///< Bytes of an earlier turn that it sees.

struct Step {
  std::string tool;
  std::string task;
  bool operator==(const Step&) const = default;
};

/// An earlier turn of the conversation.
struct EarlierTurn {
  std::string request;
  std::vector<std::string> tools;  ///< Called to answer it.
  std::string answer;
};

// ---- planning ---------------------------------------------------------------

/// System message and few-shot turns.
[[nodiscard]] std::vector<Message> plan_prefix(const std::vector<ToolSpec>& tools);
/// The last two earlier turns and the request, to follow the prefix.
[[nodiscard]] std::vector<Message> plan_question(const std::vector<EarlierTurn>& earlier, std::string_view request);
/// @param must_call an empty plan is not allowed.
[[nodiscard]] Value plan_schema(const std::vector<ToolSpec>& tools, bool must_call);
/// Steps of tools that are offered; repeated ones are dropped. Text that is no
/// plan is an empty one.
[[nodiscard]] std::vector<Step> parse_plan(std::string_view text, const std::vector<ToolSpec>& tools);

// ---- steps ------------------------------------------------------------------

[[nodiscard]] std::vector<Message> steps_prefix(const std::vector<ToolSpec>& tools);
[[nodiscard]] std::string first_step_text(const std::vector<EarlierTurn>& earlier, std::string_view request,
                                          const Step& step);
/// @param result as the tool gave it; long ones are cut in the middle.
[[nodiscard]] std::string next_step_text(std::string_view previous_tool, std::string_view result, const Step& step);
/// The step to take after a failure.
[[nodiscard]] Step correction_of(std::string_view tool, bool was_empty);
/// @param instructions of the caller's system messages; "": none.
[[nodiscard]] std::string answer_text(std::string_view previous_tool, std::string_view result,
                                      std::string_view request, std::string_view instructions);
[[nodiscard]] bool takes_arguments(const ToolSpec& tool);
/// Arguments in the form the model is to write.
[[nodiscard]] std::string call_text(const Value& arguments);
/// The arguments in the text of a step; empty when there are none to be found.
[[nodiscard]] std::optional<Value> parse_call(std::string_view text, const ToolSpec& tool);

// ---- shared -----------------------------------------------------------------

/// "- name(arg: type - description, ...): description"
[[nodiscard]] std::string tool_line(const ToolSpec& tool);
/// The tool's own examples, or one made of the first sentence of its description.
[[nodiscard]] std::vector<Example> examples_of(const ToolSpec& tool);
/// Asks the model itself for an example of a tool that brings none. Small models
/// find a tool by likeness to an example, and a description is seldom like a request.
[[nodiscard]] std::vector<Message> example_question(const ToolSpec& tool);
[[nodiscard]] Value example_schema(const ToolSpec& tool);
[[nodiscard]] std::optional<Example> parse_example(std::string_view text);
/// "Fetch a page" as it reads inside a sentence; names and acronyms stay.
[[nodiscard]] std::string lower_first(std::string text);
/// The part of a schema that grammars of model servers can follow: types, members,
/// entries, choices. Objects are closed; references and patterns are left out.
[[nodiscard]] Value constrainable(const Value& schema);
/// That of a tool's arguments; of no members when it takes none.
[[nodiscard]] Value closed_arguments(const ToolSpec& tool);
/// JSON with ", " and ": ", the spacing of the examples that models were taught with.
[[nodiscard]] std::string spaced_json(const Value& value);
/// The result inside "Tool 'x' returned result: {...}", or the text as it is.
[[nodiscard]] std::string unwrap_result(std::string_view text);

}  // namespace collet::llm::planning
