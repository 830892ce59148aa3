// Where a run stands, read off its messages. Pure.
#pragma once

#include <string>
#include <vector>

#include "llm/planner_prompts.hpp"
#include "llm/provider.hpp"

namespace collet::llm::planning {

inline constexpr int kCallsMax = 6;
inline constexpr int kCorrectionsMax = 2;

struct MadeCall {
  std::string tool;
  std::string arguments;
  std::string result;
  bool failed = false;
  bool empty = false;
};

/// A conversation, seen as the request at hand and what came before it.
struct Run {
  std::string instructions;  ///< Of all system messages.
  std::vector<EarlierTurn> earlier;
  std::string request;       ///< The last user message.
  std::vector<MadeCall> made;  ///< Since that message.
};
[[nodiscard]] Run read_run(const std::vector<Message>& messages);

/// How far the plan has come.
struct Progress {
  std::vector<Message> conversation;  ///< Of the steps, up to the last call.
  std::vector<Step> open;             ///< What may be done next, in order; empty: answer.
  int corrections = 0;
};
/// @param tools those that may still be called.
[[nodiscard]] Progress follow(const Run& run, const std::vector<Step>& plan, const std::vector<ToolSpec>& tools);

/// The user message that asks for `step` now.
[[nodiscard]] std::string step_text(const Run& run, const Step& step);
/// A call with these arguments has been made in this run already.
[[nodiscard]] bool is_repeated(const Run& run, const std::string& tool, const Value& arguments);
/// The conversation without tool turns, for a model that does not know them.
[[nodiscard]] std::vector<Message> without_tools(const std::vector<Message>& messages);

}  // namespace collet::llm::planning
