#include "llm/planner_prompts.hpp"

#include <gtest/gtest.h>

#include <string>

#include "kernel/llm/planner_tools.hpp"

namespace collet::llm::planning {
namespace {

TEST(PlannerPrompts, ToolsTakeOneLineEach) {
  EXPECT_EQ(tool_line(weather_tool()),
            "- weather(city: string - Name of the city): Looks up the weather of a city. Knows today only.");
  EXPECT_EQ(tool_line(clock_tool()), "- clock(): Tells the time. Takes no arguments.");
}

TEST(PlannerPrompts, JsonIsSpacedAndKeepsItsOrder) {
  EXPECT_EQ(spaced_json(*Value::parse(R"({"b":[1,2.5,{"x":"a, b: c"}],"a":{},"n":null})")),
            R"({"b": [1, 2.5, {"x": "a, b: c"}], "a": {}, "n": null})");
}

TEST(PlannerPrompts, AToolWithoutExamplesGetsOneFromItsDescription) {
  const auto examples = examples_of(notes_tool());
  ASSERT_EQ(examples.size(), 1u);
  EXPECT_EQ(examples[0].request, "Please finds a note.");
  EXPECT_EQ(examples[0].task, "finds a note");
  EXPECT_EQ(examples[0].arguments, R"({"text":"the text"})");
  ToolSpec bare{"x", "", Value(), {}};
  EXPECT_EQ(examples_of(bare)[0].request, "Please use x.");
}

TEST(PlannerPrompts, OrOneThatTheModelWrites) {
  EXPECT_EQ(example_question(notes_tool()).back().content, Value("- notes/find(text: string): Finds a note. Searches all of them."));
  EXPECT_EQ(example_schema(clock_tool())["properties"]["arguments"].dump(),
            R"({"type":"object","properties":{},"additionalProperties":false})");
  const auto example = parse_example(R"({"request": "Where is the milk?", "task": "find milk", "arguments": {"text": "milk"}})");
  ASSERT_TRUE(example);
  EXPECT_EQ(example->request, "Where is the milk?");
  EXPECT_EQ(example->arguments, R"({"text":"milk"})");
  EXPECT_FALSE(parse_example("I would rather not."));
  EXPECT_FALSE(parse_example(R"({"request": "", "task": "x", "arguments": {}})"));
}

TEST(PlannerPrompts, ToolAndNoToolExamplesAlternate) {
  const auto prefix = plan_prefix(two_tools());
  ASSERT_GE(prefix.size(), 9u);
  EXPECT_EQ(prefix[0].role, "system");
  for (std::size_t i = 1; i + 1 < prefix.size(); i += 2) {
    ASSERT_EQ(prefix[i].role, "user");
    ASSERT_EQ(prefix[i + 1].role, "assistant");
    const bool empty = prefix[i + 1].content == Value(R"({"plan": []})");
    EXPECT_EQ(empty, (i / 2) % 2 == 0) << transcript(prefix);
  }
}

TEST(PlannerPrompts, EarlierTurnsKeepTheForm) {
  const std::vector<EarlierTurn> earlier = {{"one", {}, "1"}, {"two", {"weather"}, "2"}, {"three", {}, "3"}};
  EXPECT_EQ(transcript(plan_question(earlier, "four")),
            "user: two\nassistant: {\"plan\": [\"weather: two\"]}\n"
            "user: three\nassistant: {\"plan\": []}\nuser: four\n");
}

TEST(PlannerPrompts, APlanIsReadWithCare) {
  const auto plan = [](const char* text) {
    std::string out;
    for (const auto& step : parse_plan(text, two_tools())) out += step.tool + ":" + step.task + ";";
    return out;
  };
  EXPECT_EQ(plan(R"({"plan": ["clock: now"]})"), "clock:now;");
  EXPECT_EQ(plan(R"({"plan": ["clock: what: now"]})"), "clock:what: now;");
  EXPECT_EQ(plan(R"({"plan": ["clock"]})"), "clock:do what was asked;");
  EXPECT_EQ(plan(R"({"plan": [{"tool": "clock", "task": "now"}]})"), "clock:now;");
  EXPECT_EQ(plan("```json\n{\"plan\": [{'tool': 'clock', 'task': 'now'}]}\n```"), "clock:now;");
  EXPECT_EQ(plan(R"({"plan": [{"tool": "magic", "task": "now"}, {"tool": "clock", "task": "x"}]})"), "clock:x;");
  EXPECT_EQ(plan(R"({"plan": [{"tool": "clock", "task": "x"}, {"tool": "clock", "task": "x"}]})"), "clock:x;");
  EXPECT_EQ(plan(R"({"plan": "clock"})"), "");
  EXPECT_EQ(plan("I think you should look outside."), "");
}

TEST(PlannerPrompts, ACallIsReadWithCare) {
  const auto arguments = [](const char* text) {
    const auto parsed = parse_call(text, weather_tool());
    return parsed ? parsed->dump() : "none";
  };
  EXPECT_EQ(arguments(R"({"tool": "weather", "arguments": {"city": "Rome"}})"), R"({"city":"Rome"})");
  EXPECT_EQ(arguments(R"({"city": "Rome"})"), R"({"city":"Rome"})");
  EXPECT_EQ(arguments(R"({"town": "Rome"})"), "none");
  EXPECT_EQ(arguments("{}"), "none") << "city is required";
  EXPECT_EQ(arguments("Rome"), "none");
}

TEST(PlannerPrompts, ASchemaKeepsWhatAGrammarCanFollow) {
  const Value schema = *Value::parse(R"({"$schema":"x","type":"object","title":"T","description":"D",
    "properties":{"a":{"type":"string","pattern":"^x$","description":"d"},"k":{"enum":["p","q"],"type":"string"},
      "l":{"type":"array","items":{"type":"integer","minimum":1},"maxItems":3},"r":{"$ref":"#/$defs/x"},
      "o":{"type":"object"},"u":{"oneOf":[{"type":"null"},{"type":"string"}]}},
    "required":["a"],"patternProperties":{}})");
  EXPECT_EQ(constrainable(schema).dump(),
            R"({"type":"object","required":["a"],"properties":{"a":{"type":"string"},"k":{"enum":["p","q"]},)"
            R"("l":{"type":"array","maxItems":3,"items":{"type":"integer"}},"r":{},"o":{"type":"object"},)"
            R"("u":{"anyOf":[{"type":"null"},{"type":"string"}]}},"additionalProperties":false})");
}

TEST(PlannerPrompts, ResultsAreUnwrappedAndLongOnesCut) {
  EXPECT_EQ(unwrap_result(R"(Tool 'clock' returned result: {"content":[{"type":"text","text":"noon"}],"isError":false})"), "noon");
  EXPECT_EQ(unwrap_result("Tool 'clock' is broken"), "Tool 'clock' is broken");
  const std::string text = next_step_text("clock", std::string(10'000, 'a') + "END", {"weather", "t"});
  EXPECT_LT(text.size(), kResultMax + 200);
  EXPECT_NE(text.find("END\n\nNext: weather: t\nNo variable and no file holds the result above: write its values out."), std::string::npos);
  EXPECT_NE(next_step_text("clock", "", {"weather", "t"}).find("(nothing)"), std::string::npos);
}

TEST(PlannerPrompts, FollowUpsSeeWhatWasSaid) {
  EXPECT_EQ(first_step_text({{"How warm is Rome?", {"weather"}, "24 degrees."}}, "And Oslo?", {"weather", "Oslo"}),
            "Earlier request: How warm is Rome?\nEarlier answer: 24 degrees.\n\nAnd Oslo?\n\nNext: weather: Oslo");
}

}  // namespace
}  // namespace collet::llm::planning
