#include "llm/embedded_grammar.hpp"

#include <gtest/gtest.h>

namespace collet::llm {
namespace {

Value schema_after(const char* schema) {
  const Value options = *Value::parse(std::string(R"({"temperature":0,"response_format":{"type":"json_schema","json_schema":)") +
                                      R"({"name":"call","schema":)" + schema + "}}}");
  const Value out = with_plain_escapes(options);
  EXPECT_EQ(out["temperature"], Value(0));
  EXPECT_EQ(out["response_format"]["json_schema"]["name"], Value("call"));
  return out["response_format"]["json_schema"]["schema"];
}

constexpr const char* kPattern = R"(^([^"\\\x00-\x1f]|\\["\\/nrt])*$)";

TEST(EmbeddedGrammar, FreeTextsMayNotHoldEscapesThatLeadAstray) {
  const Value schema = schema_after(
      R"({"type":"object","properties":{"code":{"type":"string"},"lines":{"type":"array","items":{"type":"string"}}}})");
  EXPECT_EQ(schema["properties"]["code"]["pattern"], Value(kPattern));
  EXPECT_EQ(schema["properties"]["lines"]["items"]["pattern"], Value(kPattern));
  EXPECT_FALSE(schema.has("pattern"));
}

TEST(EmbeddedGrammar, OtherRulesStay) {
  for (const auto* rule : {R"({"type":"string","enum":["a"]})", R"({"type":"string","maxLength":3})",
                           R"({"type":"string","pattern":"^a$"})", R"({"type":"integer"})", "{}"}) {
    EXPECT_EQ(schema_after(rule).dump(), rule);
  }
}

TEST(EmbeddedGrammar, OptionsWithoutASchemaAreLeftAlone) {
  for (const auto* text : {"{}", "null", R"({"response_format":{"type":"json_object"}})", R"({"stop":["x"]})"}) {
    EXPECT_EQ(with_plain_escapes(*Value::parse(text)).dump(), text);
  }
}

TEST(EmbeddedGrammar, PlansAreBalancedByTokensThatThePromptsUse) {
  // As the planner's prompts spell them: {"plan": []} and ..."]}.
  EXPECT_EQ(plan_balance().dump(), R"({"logit_bias":[[" []",-1.2],["\"]}",2.5]]})");
}

}  // namespace
}  // namespace collet::llm
