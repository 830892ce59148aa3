// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "sdk/schema/schema_test_support.hpp"

namespace collet::test {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kTool = R"({
  "type":"object",
  "properties":{
    "code":{"type":"string","minLength":1},
    "packages":{"type":"array","items":{"type":"string"},"maxItems":2},
    "timeout_ms":{"type":"integer","minimum":1,"maximum":5},
    "language":{"enum":["python","ruby","node","go","php"]},
    "mode":{"const":"fast"},
    "when":{"type":["string","null"]}
  },
  "required":["code"],
  "additionalProperties":false})";

constexpr std::string_view kShapes = R"({"oneOf":[
  {"properties":{"kind":{"const":"circle"},"r":{"type":"number"}},"required":["kind","r"]},
  {"$ref":"#/$defs/box"}],
  "$defs":{"box":{"properties":{"kind":{"enum":["box"]},"w":{"type":"number"}},"required":["kind","w"]}}})";

struct Saying {
  std::string schema;
  std::string instance;
  std::string words;
};

void PrintTo(const Saying& saying, std::ostream* out) { *out << saying.schema << " on " << saying.instance; }

class SchemaSays : public ::testing::TestWithParam<Saying> {};

TEST_P(SchemaSays, WhatToRepair) { EXPECT_EQ(said(GetParam().schema, GetParam().instance), GetParam().words); }

INSTANTIATE_TEST_SUITE_P(
    OfATool, SchemaSays,
    ::testing::Values(
        Saying{std::string(kTool), R"({"code":12,"packges":[]})", "/code: expected a string, got 12; /packges: unknown property, did you mean packages"},
        Saying{std::string(kTool), R"({})", "missing the property \"code\" (a string)"},
        Saying{std::string(kTool), R"({"code":"x","timeout_ms":"3"})", "/timeout_ms: expected an integer, got \"3\" (do not put it in quotes)"},
        Saying{std::string(kTool), R"({"code":"x","timeout_ms":9})", "/timeout_ms: expected at most 5, got 9"},
        Saying{std::string(kTool), R"({"code":"x","packages":["a",1]})", "/packages/1: expected a string, got 1"},
        Saying{std::string(kTool), R"({"code":"x","packages":["a","b","c"]})", "/packages: expected at most 2 entries, got 3"},
        Saying{std::string(kTool), R"({"code":"x","language":"pyton"})",
               "/language: expected one of \"python\", \"ruby\", \"node\", \"go\" or \"php\", got \"pyton\", did you mean \"python\""},
        Saying{std::string(kTool), R"({"code":"x","mode":"slow"})", "/mode: expected \"fast\", got \"slow\""},
        Saying{std::string(kTool), R"({"code":"","zz":1})",
               "/code: expected at least 1 character, got 0: \"\"; /zz: unknown property; known: code, packages, timeout_ms, language, mode and when"},
        Saying{std::string(kTool), R"({"code":"x","Time-Out-MS":1})", "/Time-Out-MS: unknown property, did you mean timeout_ms"},
        Saying{std::string(kTool), R"({"code":"x","pack":[]})", "/pack: unknown property, did you mean packages"},
        Saying{std::string(kTool), R"({"code":"x","when":3})", "/when: expected a string or null, got 3"},
        Saying{std::string(kTool), "[1,2]", "expected an object, got an array of 2 entries"},
        Saying{std::string(kTool), R"("{\"code\":\"x\"}")", "expected an object, got \"{\\\"code\\\":\\\"x\\\"}\" (do not put it in quotes)"}));

INSTANTIATE_TEST_SUITE_P(
    Shortened, SchemaSays,
    ::testing::Values(
        Saying{R"({"type":"null"})", R"({"a":1,"b":2,"c":3,"d":4,"e":5})", "expected null, got an object with the keys a, b, c, d, ..."},
        Saying{R"({"type":"null"})", R"({"a":1})", "expected null, got an object with the key a"},
        Saying{R"({"type":"null"})", "\"xäöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöü\"", "expected null, got \"xäöüäöüäöüäöüäöüäöüäöüäö...\""}));

INSTANTIATE_TEST_SUITE_P(
    Alternatives, SchemaSays,
    ::testing::Values(
        Saying{R"({"anyOf":[{"type":"string"},{"type":["null","integer"]}]})", "1.5", "expected a string, null or an integer, got 1.5"},
        Saying{R"({"oneOf":[{"const":"a"},{"$ref":"#/$defs/b"}],"$defs":{"b":{"enum":["b","c"]}}})", "\"x\"", "expected \"a\", \"b\" or \"c\", got \"x\""},
        Saying{R"({"oneOf":[{"multipleOf":2},{"title":"threes","multipleOf":3},true]})", "6",
               "expected exactly one of the 3 forms, fits form 1, form 2 (threes) and form 3"},
        Saying{R"({"anyOf":[{"type":"string"},{"title":"a box","properties":{"w":{"type":"number"}},"required":["w"]}]})", R"({"w":"1"})",
               "fits none of the 2 forms; closest is form 2 (a box); /w: expected a number, got \"1\" (do not put it in quotes)"},
        Saying{std::string(kShapes), R"({"kind":"box"})", "fits none of the 2 forms; closest is form 2; missing the property \"w\" (a number)"},
        Saying{std::string(kShapes), R"({"kind":"triangle","r":1})", "/kind: expected \"circle\" or \"box\", got \"triangle\""},
        Saying{std::string(kShapes), R"({"kind":"circle","r":"x","w":1,"h":2})",
               "fits none of the 2 forms; closest is form 1; /r: expected a number, got \"x\""},
        Saying{R"({"if":{"properties":{"a":{"const":1}}},"then":{"required":["b"]}})", R"({"a":1})", "missing the property \"b\""},
        Saying{R"({"not":{"required":["a"]}})", R"({"a":1})",
               "has a form that is not allowed here: an object with the key a fits {\"required\":[\"a\"]}"}));

INSTANTIATE_TEST_SUITE_P(
    Others, SchemaSays,
    ::testing::Values(
        Saying{R"({"properties":{"a":false}})", R"({"a":1})", "/a: no value is allowed here"},
        Saying{R"({"additionalProperties":false})", R"({"a":1})", "/a: unknown property; none is known here"},
        Saying{R"({"allOf":[{"properties":{"first_name":true}}],"unevaluatedProperties":false})", R"({"firstname":1})",
               "/firstname: unknown property, did you mean first_name"},
        Saying{R"({"prefixItems":[true],"unevaluatedItems":false})", "[1,2]", "/1: unexpected entry; leave it out"},
        Saying{R"({"prefixItems":[true],"items":false})", "[1,2,3]", "expected at most 1 entry, got 3"},
        Saying{R"({"uniqueItems":true})", "[5,6,5]", "expected different entries, but 0 and 2 are both 5"},
        Saying{R"({"contains":{"const":1}})", "[2]", "expected at least 1 entry of the form that `contains` asks for, got 0 among 1"},
        Saying{R"({"propertyNames":{"pattern":"^a"}})", R"({"b":1})", "/b: as a property's name: expected a text that matches the pattern ^a, got \"b\""},
        Saying{R"({"dependentRequired":{"a":["b"]}})", R"({"a":1})", "missing the property \"b\", which is needed where \"a\" is given"},
        Saying{R"({"multipleOf":0.5})", "0.3", "expected a multiple of 0.5, got 0.3"},
        Saying{R"({"properties":{"a/b~c":{"type":"null"}}})", R"({"a/b~c":1})", "/a~1b~0c: expected null, got 1"}));

TEST(SchemaFindings, HavePointersIntoTheSchema) {
  const auto findings = compiled(R"({"properties":{"a":{"$ref":"#/$defs/n"}},"$defs":{"n":{"maximum":1,"maxLength":2}}})")
                            .validate(parsed(R"({"a":2})"));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].instance_pointer, "/a");
  EXPECT_EQ(findings[0].schema_pointer, "/$defs/n/maximum");
}

TEST(SchemaFindings, AreLimitedInNumber) {
  SchemaOptions options;
  options.findings_max = 3;
  EXPECT_EQ(compiled(R"({"items":{"type":"string"}})", options).validate(parsed("[1,2,3,4,5,6]")).size(), 3u);
}

TEST(SchemaFindings, LongListsAreCut) {
  std::string schema = R"({"enum":[)";
  for (int i = 0; i < 300; ++i) schema += "\"value_number_" + std::to_string(i) + "\",";
  schema.back() = ']';
  const std::string words = said(schema + "}", "\"x\"");
  EXPECT_THAT(words, HasSubstr("... (300 in all)"));
  EXPECT_LT(words.size(), 500u);
}

TEST(SchemaLimits, LoopingReferenceGivesUp) {
  EXPECT_THAT(said(R"({"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}}})", "1"),
              HasSubstr("gave up: schemas apply to each other deeper than 128 levels"));
  // Not even `not` may turn giving up into success.
  EXPECT_THAT(said(R"({"not":{"$ref":"#/$defs/a"},"$defs":{"a":{"$ref":"#/$defs/a"}}})", "1"), HasSubstr("gave up"));
}

TEST(SchemaLimits, StepsRunOut) {
  SchemaOptions options;
  options.steps_max = 100;
  std::string entries = "[0";
  for (int i = 1; i < 500; ++i) entries += "," + std::to_string(i);
  entries += "]";
  EXPECT_EQ(said(R"({"items":{"type":"integer"}})", "[1,2,3]", options), "");
  for (const char* schema : {R"({"items":{"type":"integer"}})", R"({"uniqueItems":true})", R"({"contains":{"const":-1}})",
                             R"({"not":{"items":{"type":"integer"}}})", R"({"anyOf":[{"items":true},{"items":{"const":1}}],"unevaluatedItems":false})"}) {
    EXPECT_THAT(said(schema, entries, options), HasSubstr("gave up: checking takes more than 100 steps")) << schema;
  }
}

TEST(SchemaLimits, ExponentialSchemaEndsByBudget) {
  std::string schema = R"({"$ref":"#/$defs/d0","$defs":{)";
  for (int i = 0; i < 40; ++i) {
    const std::string next = R"({"$ref":"#/$defs/d)" + std::to_string(i + 1) + "\"}";
    schema += "\"d" + std::to_string(i) + R"(":{"allOf":[)" + next + "," + next + "]},";
  }
  schema += R"("d40":true}})";
  EXPECT_THAT(said(schema, "1"), HasSubstr("gave up: checking takes more than 1000000 steps"));
}

TEST(SchemaDefaults, FillAbsentProperties) {
  const Schema schema = compiled(R"({"properties":{
    "a":{"default":1},"b":{"default":null},"c":{"type":"string"},
    "o":{"properties":{"x":{"default":[1]},"p":{"$ref":"#/$defs/p"}}},
    "r":{"$ref":"#/$defs/p"}},
    "$defs":{"p":{"default":{"k":1},"properties":{"k":{"default":2},"l":{"default":3}}}}})");
  EXPECT_EQ(schema.with_defaults(parsed("{}")).dump(), R"({"a":1,"b":null,"r":{"k":1}})");
  EXPECT_EQ(schema.with_defaults(parsed(R"({"a":0,"o":{},"r":{}})")).dump(),
            R"({"a":0,"o":{"x":[1],"p":{"k":1}},"r":{"k":2,"l":3},"b":null})");
  EXPECT_EQ(schema.with_defaults(parsed("[1]")).dump(), "[1]");
  EXPECT_EQ(compiled(R"({"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/a","properties":{"z":{"default":1}}}}})")
                .with_defaults(parsed("{}")).dump(),
            R"({"z":1})");
}

}  // namespace
}  // namespace collet::test
