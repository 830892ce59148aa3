#include "llm/openai_body.hpp"

#include <gtest/gtest.h>

namespace collet::llm {
namespace {

Value body_of(const TurnRequest& request, bool stream = false) {
  const NameMap names(request, false);
  const auto parsed = Value::parse(chat_body(request, "up", names, stream));
  EXPECT_TRUE(parsed.ok()) << chat_body(request, "up", names, stream);
  return parsed ? *parsed : Value();
}

Message message(const char* role, Value content) {
  Message out;
  out.role = role;
  out.content = std::move(content);
  return out;
}

TEST(OpenAiBody, AHistoryWithToolsReadsLikeThis) {
  TurnRequest request;
  request.messages = {message("user", "find it"), message("assistant", Value()), message("tool", "here")};
  request.messages[1].tool_calls = {{"c1", "notes/find", "{'q': 'x'}"}, {"c2", "notes/find", "not json"}};
  request.messages[2].tool_call_id = "c1";
  request.messages[2].name = "notes/find";
  request.tools = {{"notes/find", "Finds.", *Value::parse(R"({"type":"object"})"), {}}, {"bare", "", Value(), {}}};
  request.tool_choice = *Value::parse(R"({"type":"function","function":{"name":"notes/find"}})");
  EXPECT_EQ(body_of(request).dump(true), Value::parse(R"({
    "model": "up",
    "messages": [
      {"role": "user", "content": "find it"},
      {"role": "assistant", "content": "", "tool_calls": [
        {"id": "c1", "type": "function", "function": {"name": "notes__find", "arguments": "{\"q\":\"x\"}"}},
        {"id": "c2", "type": "function", "function": {"name": "notes__find", "arguments": "{}"}}]},
      {"role": "tool", "content": "here", "tool_call_id": "c1", "name": "notes__find"}],
    "tools": [
      {"type": "function", "function": {"name": "notes__find", "description": "Finds.", "parameters": {"type": "object"}}},
      {"type": "function", "function": {"name": "bare", "parameters": {"type": "object", "properties": {}}}}],
    "tool_choice": {"type": "function", "function": {"name": "notes__find"}}})")->dump(true));
}

TEST(OpenAiBody, OptionsFollowButCannotTakeOurPlace) {
  TurnRequest request;
  request.messages = {message("user", "hi")};
  request.options = *Value::parse(R"({"temperature":0.5,"model":"evil","stream":true,"tools":[1],"x_new":{"a":null}})");
  EXPECT_EQ(body_of(request).dump(),
            R"({"model":"up","messages":[{"role":"user","content":"hi"}],"temperature":0.5,"x_new":{"a":null}})");
}

TEST(OpenAiBody, AStreamAsksForUsage) {
  TurnRequest request;
  const Value body = body_of(request, true);
  EXPECT_EQ(body["stream"], Value(true));
  EXPECT_EQ(body["stream_options"]["include_usage"], Value(true));
}

TEST(OpenAiBody, WhatIsAboutToolsIsLeftOutWithoutThem) {
  TurnRequest request;
  request.tool_choice = "auto";
  request.options = json::object({{"parallel_tool_calls", false}});
  EXPECT_FALSE(body_of(request).has("parallel_tool_calls"));
  EXPECT_FALSE(body_of(request).has("tool_choice"));
}

TEST(OpenAiBody, ContentPartsStayParts) {
  TurnRequest request;
  request.messages = {message("user", *Value::parse(R"([{"type":"text","text":"hi"}])"))};
  EXPECT_EQ(body_of(request)["messages"].at(0)["content"].dump(), R"([{"type":"text","text":"hi"}])");
}

}  // namespace
}  // namespace collet::llm
