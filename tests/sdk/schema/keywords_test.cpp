// SPDX-License-Identifier: Apache-2.0
#include "sdk/schema/schema_test_support.hpp"

namespace collet::test {
namespace {

class SchemaKeyword : public ::testing::TestWithParam<SchemaCase> {};

TEST_P(SchemaKeyword, TellsFittingFromUnfitting) { check(GetParam()); }

INSTANTIATE_TEST_SUITE_P(
    AnyKind, SchemaKeyword,
    ::testing::Values(
        SchemaCase{"true", {"1", "null"}, {}}, SchemaCase{"false", {}, {"1", "null"}}, SchemaCase{"{}", {"[]"}, {}},
        SchemaCase{R"({"type":"integer"})", {"1", "1.0", "-0", "1e300"}, {"1.5", "\"1\"", "null"}},
        SchemaCase{R"({"type":"number"})", {"1", "1.5"}, {"\"1\"", "true"}},
        SchemaCase{R"({"type":"boolean"})", {"true"}, {"0", "\"true\""}},
        SchemaCase{R"({"type":"null"})", {"null"}, {"0", "\"\"", "false"}},
        SchemaCase{R"({"type":["object","array"]})", {"{}", "[]"}, {"1"}},
        SchemaCase{R"({"const":{"a":[1,{"b":2}]}})", {R"({"a":[1.0,{"b":2}]})"}, {R"({"a":[1]})", "null"}},
        SchemaCase{R"({"const":false})", {"false"}, {"0", "null", "[]"}},
        SchemaCase{R"({"const":null})", {"null"}, {"0"}},
        SchemaCase{R"({"enum":[1,"a",null,[false]]})", {"1.0", "\"a\"", "null", "[false]"}, {"2", "[0]", "true"}},
        SchemaCase{R"({"enum":[]})", {}, {"1", "null"}}));

INSTANTIATE_TEST_SUITE_P(
    Numbers, SchemaKeyword,
    ::testing::Values(
        SchemaCase{R"({"minimum":3})", {"3", "3.0", "1e9", "\"a\""}, {"2", "2.999", "-1e9"}},
        SchemaCase{R"({"maximum":3.5})", {"3.5", "-9"}, {"3.6", "4"}},
        SchemaCase{R"({"exclusiveMinimum":0})", {"1e-300"}, {"0", "-0.0"}},
        SchemaCase{R"({"exclusiveMaximum":10})", {"9.99"}, {"10", "10.0"}},
        // beyond what a double can tell apart
        SchemaCase{R"({"maximum":9007199254740992})", {"9007199254740992"}, {"9007199254740993"}},
        SchemaCase{R"({"minimum":9223372036854775808})", {"9223372036854775808", "1e19"}, {"9223372036854775807", "-1"}},
        SchemaCase{R"({"minimum":-9223372036854775808.0})", {"-9223372036854775808", "-0.5"}, {"-1e19"}},
        SchemaCase{R"({"exclusiveMaximum":0.5})", {"0", "-3"}, {"1", "0.5"}},
        SchemaCase{R"({"multipleOf":2})", {"4", "4.0", "0", "-6", "\"x\"", "1e300"}, {"3", "4.5"}},
        SchemaCase{R"({"multipleOf":0.1})", {"0.3", "1", "1e15", "-0.7", "1e308"}, {"0.35", "1e-20"}},
        SchemaCase{R"({"multipleOf":0.0001})", {"0.0075"}, {"0.00751"}},
        SchemaCase{R"({"multipleOf":1e-8})", {"12391239123", "0.00000001"}, {"1e-9"}},
        SchemaCase{R"({"multipleOf":2.5})", {"5", "7.5", "1e20"}, {"6"}},
        SchemaCase{R"({"multipleOf":0.123456789})", {"0.246913578"}, {"1e308"}},
        SchemaCase{R"({"multipleOf":3})", {"18446744073709551615", "-9223372036854775806"}, {"18446744073709551614"}}));

INSTANTIATE_TEST_SUITE_P(
    Strings, SchemaKeyword,
    ::testing::Values(
        SchemaCase{R"({"minLength":2})", {"\"ab\"", "\"äö\"", "7"}, {"\"a\"", "\"😀\""}},
        SchemaCase{R"({"maxLength":2})", {"\"😀😀\""}, {"\"abc\""}},
        SchemaCase{R"({"maxLength":2.0})", {"\"ab\""}, {"\"abc\""}},
        SchemaCase{R"({"pattern":"^a+$"})", {"\"aa\"", "5"}, {"\"ab\"", "\"a\\n\"", "\"\""}},
        SchemaCase{R"({"pattern":"b"})", {"\"abc\""}, {"\"ac\""}},
        SchemaCase{R"({"pattern":"^\\d{2}\\s[^x]\\w$"})", {"\"12\\u00a0ab\""}, {"\"12 xb\"", "\"１２ ab\""}},
        SchemaCase{R"({"pattern":"^\\u00e4\\x62\\cJ$"})", {"\"äb\\n\""}, {"\"ab\\n\""}},
        SchemaCase{R"({"pattern":"^[\\ud83d\\ude00\\u{1F601}]$"})", {"\"😀\"", "\"😁\""}, {"\"x\""}},
        SchemaCase{R"({"pattern":"^\\p{Letter}\\P{Nd}\\p{Script=Greek}[\\s]$"})", {"\"ab\\u03b1\\u2003\""}, {"\"a1\\u03b1 \""}},
        SchemaCase{R"({"pattern":"^(?<year>\\d+)[^]$"})", {"\"12\\n\""}, {"\"1\""}},
        SchemaCase{R"({"pattern":"^.$"})", {"\"x\"", "\"\\u0000\""}, {"\"\\n\"", "\"\\u2028\""}},
        SchemaCase{R"({"pattern":"^[[:]+[a\\]-]$"})", {"\"[:]\"", "\"::-\""}, {"\"b-\""}},
        SchemaCase{R"({"format":"email"})", {"\"no mail\""}, {}}));

INSTANTIATE_TEST_SUITE_P(
    Arrays, SchemaKeyword,
    ::testing::Values(
        SchemaCase{R"({"minItems":1})", {"[1]", "{}"}, {"[]"}}, SchemaCase{R"({"maxItems":1})", {"[1]"}, {"[1,2]"}},
        SchemaCase{R"({"uniqueItems":true})", {"[1,true,\"1\",[1],{\"a\":1}]", "[[1],[2]]", "[0,false]"},
                   {"[1,1.0]", "[{\"a\":1,\"b\":2},{\"b\":2,\"a\":1}]", "[[[[[[[[1]]]]]]],[[[[[[[1]]]]]]]]", "[null,3,null]"}},
        SchemaCase{R"({"uniqueItems":true})", {"[[[[[[[[1]]]]]]],[[[[[[[2]]]]]]]]"}, {}},
        SchemaCase{R"({"uniqueItems":false})", {"[1,1]"}, {}},
        SchemaCase{R"({"items":{"type":"string"}})", {"[\"a\"]", "[]", "{\"a\":1}"}, {"[\"a\",1]"}},
        SchemaCase{R"({"prefixItems":[{"type":"string"},true],"items":{"type":"number"}})",
                   {"[\"a\"]", "[\"a\",null,3]"}, {"[1]", "[\"a\",null,\"x\"]"}},
        SchemaCase{R"({"prefixItems":[true],"items":false})", {"[]", "[1]"}, {"[1,2]"}},
        SchemaCase{R"({"contains":{"minimum":5}})", {"[1,6]", "{}"}, {"[1]", "[]"}},
        SchemaCase{R"({"contains":{"minimum":5},"minContains":2,"maxContains":3})", {"[5,6]", "[5,1,6,7]"},
                   {"[5]", "[5,6,7,8]"}},
        SchemaCase{R"({"contains":true,"minContains":0})", {"[]"}, {}},
        SchemaCase{R"({"minContains":2,"maxContains":1})", {"[1]"}, {}}));

INSTANTIATE_TEST_SUITE_P(
    Objects, SchemaKeyword,
    ::testing::Values(
        SchemaCase{R"({"minProperties":1})", {R"({"a":1})", "[]"}, {"{}"}},
        SchemaCase{R"({"maxProperties":1})", {R"({"a":1})"}, {R"({"a":1,"b":2})"}},
        SchemaCase{R"({"required":["a",""]})", {R"({"a":null,"":1})", "1"}, {R"({"a":1})"}},
        SchemaCase{R"({"properties":{"a":{"type":"string"},"b":false}})", {R"({"a":"x"})", R"({"c":1})"},
                   {R"({"a":1})", R"({"b":1})"}},
        SchemaCase{R"({"patternProperties":{"^x":{"type":"string"},"y$":{"minLength":2}}})",
                   {R"({"xy":"ab","z":1})"}, {R"({"xy":"a"})", R"({"xz":1})"}},
        SchemaCase{R"({"properties":{"a":true},"patternProperties":{"^x":true},"additionalProperties":{"type":"number"}})",
                   {R"({"a":"s","xa":"s","other":1})"}, {R"({"other":"s"})"}},
        SchemaCase{R"({"additionalProperties":false})", {"{}", "[1]"}, {R"({"a":1})"}},
        SchemaCase{R"({"propertyNames":{"maxLength":2}})", {R"({"ab":1})", "\"abc\""}, {R"({"abc":1})"}},
        SchemaCase{R"({"propertyNames":false})", {"{}"}, {R"({"a":1})"}},
        SchemaCase{R"({"dependentRequired":{"a":["b","c"]}})", {R"({"b":1})", R"({"a":1,"b":1,"c":1})"}, {R"({"a":1,"b":1})"}},
        SchemaCase{R"({"dependentSchemas":{"a":{"maxProperties":1}}})", {R"({"a":1})", R"({"b":1,"c":2})"}, {R"({"a":1,"b":1})"}}));

INSTANTIATE_TEST_SUITE_P(
    Logic, SchemaKeyword,
    ::testing::Values(
        SchemaCase{R"({"allOf":[{"minimum":1},{"maximum":3}]})", {"2"}, {"0", "4"}},
        SchemaCase{R"({"anyOf":[{"type":"string"},{"minimum":5}]})", {"\"a\"", "5", "null"}, {"4"}},
        SchemaCase{R"({"oneOf":[{"multipleOf":2},{"multipleOf":3}]})", {"2", "3"}, {"6", "1"}},
        SchemaCase{R"({"not":{"type":"string"}})", {"1"}, {"\"a\""}},
        SchemaCase{R"({"not":{"not":{"const":1}}})", {"1"}, {"2"}},
        SchemaCase{R"({"if":{"minimum":10},"then":{"multipleOf":10},"else":{"multipleOf":2}})", {"10", "4"}, {"11", "3"}},
        SchemaCase{R"({"if":{"const":1}})", {"1", "2"}, {}}, SchemaCase{R"({"then":false,"else":false})", {"1"}, {}},
        SchemaCase{R"({"if":false,"then":false,"else":{"const":1}})", {"1"}, {"2"}}));

INSTANTIATE_TEST_SUITE_P(
    Unevaluated, SchemaKeyword,
    ::testing::Values(
        SchemaCase{R"({"properties":{"a":true},"unevaluatedProperties":false})", {R"({"a":1})", "1"}, {R"({"b":1})"}},
        SchemaCase{R"({"allOf":[{"properties":{"a":true}},{"patternProperties":{"^x":true}}],"unevaluatedProperties":{"type":"string"}})",
                   {R"({"a":1,"xa":2,"c":"s"})"}, {R"({"c":1})"}},
        SchemaCase{R"({"anyOf":[{"properties":{"a":{"const":1}},"required":["a"]},{"properties":{"b":{"const":2}},"required":["b"]}],"unevaluatedProperties":false})",
                   {R"({"a":1})", R"({"b":2})", R"({"a":1,"b":2})"}, {R"({"a":1,"b":3})"}},
        SchemaCase{R"({"if":{"properties":{"k":{"const":"x"}},"required":["k"]},"then":{"properties":{"a":true}},"else":{"properties":{"b":true}},"unevaluatedProperties":false})",
                   {R"({"k":"x","a":1})", R"({"b":1})"}, {R"({"k":"x","b":1})", R"({"a":1})"}},
        SchemaCase{R"({"$ref":"#/$defs/base","properties":{"a":true},"unevaluatedProperties":false,"$defs":{"base":{"properties":{"b":true}}}})",
                   {R"({"a":1,"b":2})"}, {R"({"c":1})"}},
        // A cousin's annotations are nobody else's business, and `not` keeps none.
        SchemaCase{R"({"allOf":[{"properties":{"a":true}},{"unevaluatedProperties":false}]})", {"{}"}, {R"({"a":1})"}},
        SchemaCase{R"({"not":{"not":{"properties":{"a":true}}},"unevaluatedProperties":false})", {"{}"}, {R"({"a":1})"}},
        SchemaCase{R"({"dependentSchemas":{"a":{"properties":{"b":true}}},"properties":{"a":true},"unevaluatedProperties":false})",
                   {R"({"a":1,"b":2})"}, {R"({"b":2})"}},
        SchemaCase{R"({"additionalProperties":true,"unevaluatedProperties":false})", {R"({"a":1})"}, {}},
        SchemaCase{R"({"allOf":[{"unevaluatedProperties":true}],"unevaluatedProperties":false})", {R"({"a":1})"}, {}},
        SchemaCase{R"({"prefixItems":[true],"unevaluatedItems":false})", {"[1]", "{}"}, {"[1,2]"}},
        SchemaCase{R"({"contains":{"type":"string"},"unevaluatedItems":{"type":"number"}})", {"[\"a\",1]"}, {"[\"a\",null]"}},
        SchemaCase{R"({"allOf":[{"prefixItems":[true,true]}],"prefixItems":[true],"unevaluatedItems":false})", {"[1,2]"}, {"[1,2,3]"}},
        SchemaCase{R"({"items":true,"unevaluatedItems":false})", {"[1,2]"}, {}},
        SchemaCase{R"({"oneOf":[{"prefixItems":[{"const":1}]},{"prefixItems":[{"const":2},true]}],"unevaluatedItems":false})",
                   {"[1]", "[2,0]"}, {"[1,0]"}}));

INSTANTIATE_TEST_SUITE_P(
    Draft7, SchemaKeyword,
    ::testing::Values(
        SchemaCase{R"({"items":[{"type":"string"},{"type":"number"}],"additionalItems":false})", {"[\"a\",1]"}, {"[1]", "[\"a\",1,2]"}},
        SchemaCase{R"({"items":[true]})", {"[1,2]"}, {}},
        SchemaCase{R"({"additionalItems":false})", {"[1]"}, {}},
        SchemaCase{R"({"items":[],"additionalItems":{"type":"number"}})", {"[1]"}, {"[\"a\"]"}},
        SchemaCase{R"({"dependencies":{"a":["b"],"c":{"minProperties":2},"d":false}})", {R"({"a":1,"b":2})", "{}"},
                   {R"({"a":1})", R"({"c":1})", R"({"d":1,"e":2})"}},
        SchemaCase{R"({"$ref":"#/definitions/a","definitions":{"a":{"type":"string"}}})", {"\"x\""}, {"1"}},
        // $ref stands alone there, and keywords of later drafts are unknown.
        SchemaCase{R"({"$schema":"http://json-schema.org/draft-07/schema#","properties":{"a":{"$ref":"#/definitions/s","maxLength":1}},
                       "dependentRequired":{"a":["b"]},"definitions":{"s":{"type":"string"}}})",
                   {R"({"a":"long"})"}, {R"({"a":1})"}},
        SchemaCase{R"({"$schema":"https://json-schema.org/draft-07/schema","$ref":"#here","definitions":{"x":{"$id":"#here","const":1}}})",
                   {"1"}, {"2"}}));

class SchemaFormat : public ::testing::TestWithParam<SchemaCase> {};

TEST_P(SchemaFormat, AssertsWhenAsked) {
  SchemaOptions options;
  options.assert_formats = true;
  check(GetParam(), options);
}

INSTANTIATE_TEST_SUITE_P(
    All, SchemaFormat,
    ::testing::Values(
        SchemaCase{R"({"format":"date-time"})", {"\"2024-02-29T23:59:60Z\"", "\"2024-01-01t00:00:00.5+01:00\"", "3"},
                   {"\"2023-02-29T00:00:00Z\"", "\"2024-01-01T00:00:00\"", "\"2024-01-01 00:00:00Z\"", "\"2024-01-01T12:00:60Z\""}},
        SchemaCase{R"({"format":"date"})", {"\"2000-02-29\""}, {"\"1900-02-29\"", "\"2024-13-01\"", "\"2024-1-1\"", "\"2024-04-31\""}},
        SchemaCase{R"({"format":"time"})", {"\"00:59:60+01:00\""}, {"\"24:00:00Z\"", "\"12:00:00\"", "\"12:00:00.Z\""}},
        SchemaCase{R"({"format":"duration"})", {"\"P1Y2M3DT4H5M6S\"", "\"PT1M\"", "\"P2W\""}, {"\"P\"", "\"PT\"", "\"P1D2H\"", "\"P1Y1D\"", "\"1D\""}},
        SchemaCase{R"({"format":"email"})", {"\"a.b+c@example.org\"", "\"x@[127.0.0.1]\"", "\"\\\"a b\\\"@x.org\""},
                   {"\"a@@b\"", "\"a..b@x.org\"", "\"@x\"", "\"a@-x.org\""}},
        SchemaCase{R"({"format":"hostname"})", {"\"a-b.example\""}, {"\"\"", "\"-a\"", "\"a..b\"", "\"a_b\"", "\"a.\""}},
        SchemaCase{R"({"format":"ipv4"})", {"\"0.0.0.255\""}, {"\"1.2.3\"", "\"1.2.3.256\"", "\"01.2.3.4\"", "\"1.2.3.4 \""}},
        SchemaCase{R"({"format":"ipv6"})", {"\"::\"", "\"1::\"", "\"1:2:3:4:5:6:7:8\"", "\"::ffff:1.2.3.4\""},
                   {"\":::\"", "\"1:2:3:4:5:6:7\"", "\"1::2::3\"", "\"12345::\"", "\"1:2:3:4:5:6:7::8\"", "\"::1.2.3.4:1\""}},
        SchemaCase{R"({"format":"uri"})", {"\"http://a@[::1]:80/p?q#f\"", "\"urn:a:b\"", "\"http://x/%41\""},
                   {"\"/p\"", "\"http://x/ y\"", "\"http://x/%4\"", "\"1http://x\"", "\"http://x:a/\""}},
        SchemaCase{R"({"format":"uri-reference"})", {"\"/p\"", "\"#f\"", "\"\""}, {"\"\\\\a\"", "\"#a#b\""}},
        SchemaCase{R"({"format":"uuid"})", {"\"123e4567-e89b-12d3-A456-426614174000\""}, {"\"123e4567e89b12d3a456426614174000\"", "\"x\""}},
        SchemaCase{R"({"format":"regex"})", {"\"^a\""}, {"\"(\"", "\"a\\\\\""}},
        SchemaCase{R"({"format":"json-pointer"})", {"\"\"", "\"/a~0/~1\""}, {"\"a\"", "\"/~2\""}},
        SchemaCase{R"({"format":"relative-json-pointer"})", {"\"0#\"", "\"12/a\""}, {"\"/a\"", "\"01/a\""}},
        SchemaCase{R"({"format":"nobody-knows"})", {"\"x\""}, {}}));

}  // namespace
}  // namespace collet::test
