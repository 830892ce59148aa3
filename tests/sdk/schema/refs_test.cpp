// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "sdk/schema/schema_test_support.hpp"

namespace collet::test {
namespace {

using ::testing::HasSubstr;

class SchemaReference : public ::testing::TestWithParam<SchemaCase> {};

TEST_P(SchemaReference, LeadsToItsTarget) { check(GetParam()); }

INSTANTIATE_TEST_SUITE_P(
    Targets, SchemaReference,
    ::testing::Values(
        SchemaCase{R"({"$ref":"#/$defs/a~1b/items/1","$defs":{"a/b":{"items":[true,{"const":1}]}}})", {"1"}, {"2"}},
        SchemaCase{R"({"$ref":"#/$defs/p%25q","$defs":{"p%q":{"const":1}}})", {"1"}, {"2"}},
        SchemaCase{R"({"properties":{"child":{"$ref":"#"},"v":{"type":"integer"}},"additionalProperties":false})",
                   {R"({"child":{"child":{"v":1}}})"}, {R"({"child":{"child":{"v":"x"}}})", R"({"child":{"w":1}})"}},
        SchemaCase{R"({"$ref":"#a","$defs":{"x":{"$anchor":"a","const":1}}})", {"1"}, {"2"}},
        SchemaCase{R"({"$id":"http://x.test/root","$ref":"item","$defs":{"i":{"$id":"item","const":1}}})", {"1"}, {"2"}},
        SchemaCase{R"({"$id":"http://x.test/a/root","$ref":"../b/item#n","$defs":{"i":{"$id":"/b/item","$defs":{"y":{"$anchor":"n","const":1}}}}})",
                   {"1"}, {"2"}},
        SchemaCase{R"({"$id":"urn:example:root","$ref":"urn:example:item#/$defs/y","$defs":{"i":{"$id":"urn:example:item","$defs":{"y":{"const":1}}}}})",
                   {"1"}, {"2"}},
        // The base of a $ref is the nearest $id around it, also along a pointer.
        SchemaCase{R"({"$id":"http://x.test/root","$ref":"#/$defs/i/properties/p","$defs":{"i":{"$id":"http://y.test/item",
                       "properties":{"p":{"$ref":"#/$defs/q"}},"$defs":{"q":{"const":1}}},"q":false}})",
                   {"1"}, {"2"}},
        // An $id or $anchor that is data is none.
        SchemaCase{R"({"enum":[{"$id":"http://x.test/e","$anchor":"a"},1],"$defs":{"x":{"$anchor":"a"}},"anyOf":[{"$ref":"#a"}]})", {"1"}, {"2"}},
        SchemaCase{R"({"properties":{"$ref":{"type":"string"}}})", {R"({"$ref":"a"})"}, {R"({"$ref":1})"}},
        SchemaCase{R"({"$ref":"#/x-unknown/deep","x-unknown":{"deep":{"const":1}}})", {"1"}, {"2"}},
        SchemaCase{R"({"$ref":"https://json-schema.org/draft/2020-12/schema"})",
                   {R"({"type":"string","properties":{"a":{"minLength":1}}})", "true"},
                   {R"({"type":"strong"})", R"({"properties":{"a":{"minLength":-1}}})", "1"}},
        SchemaCase{R"({"$ref":"http://json-schema.org/draft-07/schema#"})", {"{}"}, {R"({"minLength":-1})"}}));

// A list whose entries are bound late: the base says "anything", the extension
// narrows it.
constexpr std::string_view kList = R"({
  "$id":"http://x.test/list","$dynamicAnchor":"list","type":"array","items":{"$dynamicRef":"#entry"},
  "$defs":{"any":{"$dynamicAnchor":"entry"}}})";

TEST(SchemaDynamicReference, GoesToTheOutermostAnchor) {
  const Value numbers = parsed(R"({"$id":"http://x.test/numbers","$ref":"list","$defs":{"n":{"$dynamicAnchor":"entry","type":"number"}}})");
  const auto narrow = Schema::compile(numbers, {}, {parsed(kList)});
  ASSERT_TRUE(narrow.ok()) << narrow.error().message;
  EXPECT_TRUE(narrow->validate(parsed("[1,2]")).empty());
  EXPECT_FALSE(narrow->validate(parsed("[1,\"a\"]")).empty());
  EXPECT_EQ(said(kList, R"([1,"a"])"), "");
}

TEST(SchemaDynamicReference, WithoutDynamicAnchorIsPlain) {
  check({R"({"$id":"http://x.test/r","$dynamicRef":"#n","$defs":{"a":{"$anchor":"n","const":1}}})", {"1"}, {"2"}});
  check({R"({"$dynamicRef":"#/$defs/a","$defs":{"a":{"$dynamicAnchor":"n","const":1}}})", {"1"}, {"2"}});
}

TEST(SchemaResources, AreFoundByIdAndByGivenUri) {
  const Value main = parsed(R"({"properties":{"a":{"$ref":"http://x.test/one"},"b":{"$ref":"http://x.test/two#/$defs/t"}}})");
  const auto schema = Schema::compile_with(
      main, {}, {{"http://x.test/one", parsed(R"({"type":"string"})")}, {"http://x.test/two", parsed(R"({"$id":"http://y.test/other","$defs":{"t":{"$ref":"#/$defs/u"},"u":{"const":2}}})")}});
  ASSERT_TRUE(schema.ok()) << schema.error().message;
  EXPECT_TRUE(schema->validate(parsed(R"({"a":"x","b":2})")).empty());
  const auto findings = schema->validate(parsed(R"({"a":1,"b":3})"));
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_EQ(findings[0].schema_pointer, "http://x.test/one#/type");
  EXPECT_EQ(findings[1].schema_pointer, "http://x.test/two#/$defs/u/const");
}

TEST(SchemaResources, NeedAnId) {
  const auto schema = Schema::compile(parsed("{}"), {}, {parsed(R"({"type":"string"})")});
  ASSERT_FALSE(schema.ok());
  EXPECT_THAT(schema.error().message, HasSubstr("no $id"));
}

TEST(SchemaVocabulary, OfACustomMetaschemaCounts) {
  const Value meta = parsed(R"({"$id":"http://x.test/meta","$vocabulary":{
    "https://json-schema.org/draft/2020-12/vocab/core":true,"https://json-schema.org/draft/2020-12/vocab/applicator":true}})");
  const auto schema = Schema::compile(parsed(R"({"$schema":"http://x.test/meta","minimum":5,"properties":{"a":false}})"), {}, {meta});
  ASSERT_TRUE(schema.ok()) << schema.error().message;
  EXPECT_TRUE(schema->validate(parsed("1")).empty());
  EXPECT_FALSE(schema->validate(parsed(R"({"a":1})")).empty());
}

TEST(SchemaVocabulary, FormatAssertionAsserts) {
  const Value meta = parsed(R"({"$id":"http://x.test/meta","$vocabulary":{"https://json-schema.org/draft/2020-12/vocab/format-assertion":true}})");
  const auto schema = Schema::compile(parsed(R"({"$schema":"http://x.test/meta","format":"ipv4"})"), {}, {meta});
  ASSERT_TRUE(schema.ok());
  EXPECT_FALSE(schema->validate(parsed("\"x\"")).empty());
}

TEST(SchemaVocabulary, UnknownRequiredOneIsRefused) {
  const Value meta = parsed(R"({"$id":"http://x.test/meta","$vocabulary":{"http://x.test/vocab":true}})");
  const auto schema = Schema::compile(parsed(R"({"$schema":"http://x.test/meta"})"), {}, {meta});
  ASSERT_FALSE(schema.ok());
  EXPECT_THAT(schema.error().message, HasSubstr("http://x.test/vocab"));
}

struct Refusal {
  std::string schema;
  std::string message;
};

void PrintTo(const Refusal& refusal, std::ostream* out) { *out << refusal.schema; }

class SchemaRefuses : public ::testing::TestWithParam<Refusal> {};

TEST_P(SchemaRefuses, NamesPlaceAndReason) { EXPECT_THAT(refused(GetParam().schema), HasSubstr(GetParam().message)); }

INSTANTIATE_TEST_SUITE_P(
    Schemas, SchemaRefuses,
    ::testing::Values(
        Refusal{"3", "the schema: expected a schema (an object, true or false), got 3"},
        Refusal{R"({"properties":{"a":{"type":"strng"}}})", "/properties/a/type: expected one of null, boolean"},
        Refusal{R"({"type":[]})", "/type: expected"}, Refusal{R"({"type":["string",1]})", "/type: expected"},
        Refusal{R"({"enum":1})", "/enum: expected an array"}, Refusal{R"({"required":"a"})", "/required: expected an array of property names, got \"a\""},
        Refusal{R"({"required":true})", "/required: expected an array"},
        Refusal{R"({"minLength":-1})", "/minLength: expected an integer of 0 or more, got -1"},
        Refusal{R"({"maxItems":1.5})", "/maxItems: expected"}, Refusal{R"({"minimum":"1"})", "/minimum: expected a number, got \"1\""},
        Refusal{R"({"minimum":1,"exclusiveMinimum":true})", "/exclusiveMinimum: expected a number, got true"},
        Refusal{R"({"multipleOf":0})", "/multipleOf: expected a number above 0"},
        Refusal{R"({"uniqueItems":1})", "/uniqueItems: expected true or false"},
        Refusal{R"({"properties":[]})", "/properties: expected an object of schemas"},
        Refusal{R"({"properties":{"a~b/c":1}})", "/properties/a~0b~1c: expected a schema"},
        Refusal{R"({"allOf":[]})", "/allOf: expected an array of at least one schema"},
        Refusal{R"({"anyOf":[true,null]})", "/anyOf/1: expected a schema"},
        Refusal{R"({"not":[]})", "/not: expected a schema"}, Refusal{R"({"format":1})", "/format: expected"},
        Refusal{R"({"dependentRequired":{"a":"b"}})", "/dependentRequired: expected"},
        Refusal{R"json({"pattern":"("})json", "/pattern: \"(\": the pattern is wrong"},
        Refusal{R"json({"pattern":"a(?=b)"})json", "lookahead (?= is not supported"},
        Refusal{R"json({"pattern":"(?<!a)b"})json", "lookbehind (?<! is not supported"},
        Refusal{R"json({"pattern":"(a)\\1"})json", "back reference \\1 is not supported"},
        Refusal{R"({"pattern":"\\k<a>"})", "back reference"}, Refusal{R"({"pattern":"a\\"})", "single backslash"},
        Refusal{R"({"pattern":"\\Z"})", "none of ECMA-262"}, Refusal{R"json({"pattern":"(?i)a"})json", "no group of ECMA-262"},
        Refusal{R"({"pattern":"\\u{zz}"})", "hexadecimal"}, Refusal{R"({"pattern":"\\p{Nope}"})", "/pattern: "},
        Refusal{R"({"patternProperties":{"[":true}})", "/patternProperties: "},
        Refusal{R"({"$ref":1})", "/$ref: expected a URI reference"},
        Refusal{R"({"$ref":"#/$defs/none"})", "nothing is at #/$defs/none"},
        Refusal{R"({"$ref":"#none"})", "no $anchor is named none"},
        Refusal{R"({"properties":{"p":{"$ref":"http://x.test/s.json"}}})", "/properties/p/$ref: \"http://x.test/s.json\": no schema is known under http://x.test/s.json; nothing is fetched"},
        Refusal{R"({"$ref":"#/%zz"})", "%-escape"}, Refusal{R"({"$ref":"#/const","const":3})", "/const: expected a schema"},
        Refusal{R"({"$id":"http://x.test/#frag"})", "$id: expected a URI without a fragment"},
        Refusal{R"({"$anchor":"1a"})", "$anchor: expected a name"}, Refusal{R"({"$anchor":1})", "$anchor: expected a name"},
        Refusal{R"({"allOf":[{"$anchor":"a"},{"$anchor":"a"}]})", "the name a is given twice"},
        Refusal{R"({"allOf":[{"$id":"http://x.test/"},{"$id":"http://x.test/"}]})", "another schema with the id"}));

}  // namespace
}  // namespace collet::test
