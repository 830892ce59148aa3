// Two tools for the planner's tests.
#pragma once

#include <string>
#include <vector>

#include "llm/provider.hpp"

namespace collet::llm {

inline ToolSpec weather_tool() {
  return {"weather",
          "Looks up the weather of a city. Knows today only.",
          *Value::parse(R"({"type":"object","properties":{"city":{"type":"string","description":"Name of the city"}},
                            "required":["city"]})"),
          {{"How warm is it in Rome?", "get the weather of Rome", R"({"city":"Rome"})", "24 degrees, sunny",
            "It is 24 degrees and sunny in Rome."}}};
}

inline ToolSpec clock_tool() {
  return {"clock",
          "Tells the time. Takes no arguments.",
          *Value::parse(R"({"type":"object","properties":{}})"),
          {{"What time is it?", "get the time", "{}", "noon", "It is noon."}}};
}

/// Brings no example.
inline ToolSpec notes_tool() {
  return {"notes/find", "Finds a note. Searches all of them.",
          *Value::parse(R"({"type":"object","properties":{"text":{"type":"string"}},"required":["text"]})"), {}};
}

inline std::vector<ToolSpec> two_tools() { return {weather_tool(), clock_tool()}; }

inline Message message(std::string role, std::string text) {
  Message out;
  out.role = std::move(role);
  out.content = Value(text);
  return out;
}

inline Message calling(std::string id, std::string tool, std::string arguments) {
  Message out;
  out.role = "assistant";
  out.tool_calls.push_back({std::move(id), std::move(tool), std::move(arguments)});
  return out;
}

inline Message result(std::string id, std::string text, bool is_error = false, bool is_empty = false) {
  Message out = message("tool", std::move(text));
  out.tool_call_id = std::move(id);
  out.is_error = is_error;
  out.is_empty = is_empty;
  return out;
}

/// "role: text" lines.
inline std::string transcript(const std::vector<Message>& messages, std::size_t from = 0) {
  std::string out;
  for (std::size_t i = from; i < messages.size(); ++i) {
    out += messages[i].role + ": " + std::string(messages[i].content.string_or("(no text)")) + "\n";
  }
  return out;
}

}  // namespace collet::llm
