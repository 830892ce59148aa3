#include "api/messages.hpp"

#include <ostream>

#include <gtest/gtest.h>

namespace collet::api {
namespace {

Result<std::vector<llm::Message>> parse(const char* json) { return parse_messages(*Value::parse(json)); }

TEST(Messages, TakeAHistoryWithToolCalls) {
  const auto messages = parse(R"([{"role":"user","content":"hi"},
    {"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"run","arguments":"{}"}}]},
    {"role":"tool","content":"Tool 'run' returned result: {}","tool_call_id":"a","name":"run"}])");
  ASSERT_TRUE(messages.ok()) << messages.error().message;
  ASSERT_EQ(messages->size(), 3u);
  EXPECT_EQ((*messages)[1].tool_calls.at(0).name, "run");
  EXPECT_EQ((*messages)[2].tool_call_id, "a");
}

TEST(Messages, TakeArgumentsThatAreAnObject) {
  const auto messages = parse(R"([{"role":"assistant","tool_calls":[{"function":{"name":"run","arguments":{"n":1}}}]}])");
  ASSERT_TRUE(messages.ok()) << messages.error().message;
  EXPECT_EQ((*messages)[0].tool_calls.at(0).arguments, R"({"n":1})");
  EXPECT_FALSE((*messages)[0].tool_calls.at(0).id.empty());
}

struct Case {
  const char* json;
  const char* message;
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.json; }

class BadMessages : public ::testing::TestWithParam<Case> {};

TEST_P(BadMessages, AreRefusedWithTheirPath) {
  const auto messages = parse(GetParam().json);
  ASSERT_FALSE(messages.ok());
  EXPECT_EQ(messages.error().message, GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadMessages,
    ::testing::Values(
        Case{"null", "messages is missing"},
        Case{"[]", "messages: expected a non-empty array, got []"},
        Case{R"("hi")", "messages: expected a non-empty array, got \"hi\""},
        Case{R"([3])", "messages[0]: expected a JSON object, got 3"},
        Case{R"([{"content":"x"}])", "messages[0].role: is missing; expected a non-empty string"},
        Case{R"([{"role":"usr","content":"x"}])",
             "messages[0].role: \"usr\" is unknown; expected one of system, developer, user, assistant, tool; did you mean \"user\"?"},
        Case{R"([{"role":"user"}])", "messages[0].content: is missing; expected a string"},
        Case{R"([{"role":"user","content":5}])", "messages[0].content: expected a string or an array of parts, got 5"},
        Case{R"([{"role":"user","content":[{}]}])", "messages[0].content[0].type: is missing; expected a non-empty string"},
        Case{R"([{"role":"assistant","tool_calls":[{}]}])",
             "messages[0].tool_calls[0].function: expected a JSON object, got null"}));

}  // namespace
}  // namespace collet::api
