// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "collet/json.hpp"

namespace collet {
namespace {

Value parsed(std::string_view text) {
  auto value = Value::parse(text);
  EXPECT_TRUE(value.ok()) << text << ": " << value.error().message;
  return value.value_or({});
}

TEST(JsonValue, ScalarsKnowTheirKind) {
  EXPECT_TRUE(Value().is_null());
  EXPECT_TRUE(Value(nullptr).is_null());
  EXPECT_EQ(Value(true).as_bool(), true);
  EXPECT_EQ(Value(false).as_bool(), false);
  EXPECT_EQ(Value(-5).as_int64(), -5);
  EXPECT_EQ(Value("text").as_string(), "text");
  EXPECT_EQ(Value(1.5).as_double(), 1.5);
  EXPECT_TRUE(Value(std::nan("")).is_null());
  EXPECT_TRUE(Value(std::numeric_limits<double>::infinity()).is_null());
  EXPECT_EQ(name(Value("x").kind()), "string");
}

TEST(JsonValue, OtherKindsGiveNothing) {
  const Value text("12");
  EXPECT_FALSE(text.as_int64() || text.as_double() || text.as_bool() || text.is_integer());
  EXPECT_FALSE(Value(12).as_string());
  EXPECT_EQ(Value(12).string_or("other"), "other");
  EXPECT_EQ(Value().size(), 0u);
  EXPECT_TRUE(Value(1)["a"].is_null());
  EXPECT_TRUE(parsed("[1]").at(1).is_null());
  EXPECT_TRUE(parsed("{\"a\":1}").at(0).is_null());
  EXPECT_EQ(parsed("[1]").key_at(0), "");
}

TEST(JsonValue, IntegersAreExactAndChecked) {
  EXPECT_EQ(parsed("9223372036854775807").as_int64(), INT64_MAX);
  EXPECT_FALSE(parsed("9223372036854775808").as_int64());
  EXPECT_EQ(parsed("18446744073709551615").as_uint64(), UINT64_MAX);
  EXPECT_FALSE(parsed("-1").as_uint64());
  EXPECT_EQ(parsed("3.0").as_int64(), 3);
  EXPECT_FALSE(parsed("3.5").as_int64());
  EXPECT_FALSE(parsed("1e300").as_int64());
  EXPECT_FALSE(parsed("1e300").as_uint64());
  EXPECT_FALSE(parsed("9223372036854775808.0").as_int64());
  EXPECT_EQ(parsed("9223372036854775808.0").as_uint64(), 9223372036854775808u);
  EXPECT_TRUE(parsed("1e300").is_integer());
  EXPECT_FALSE(parsed("0.5").is_integer());
}

TEST(JsonValue, BrokenTextIsRepaired) {
  EXPECT_EQ(Value("a\xFFz").as_string(), "a\xEF\xBF\xBDz");
  // One mark per maximal broken part, as browsers do it.
  EXPECT_EQ(Value("\xE2\x82").as_string(), "\xEF\xBF\xBD");
  EXPECT_EQ(Value("\xED\xA0\x80").as_string(), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(Value(std::string_view("a\0b", 3)).as_string(), std::string_view("a\0b", 3));
  EXPECT_EQ(Value(std::string_view()).as_string(), "");
}

TEST(JsonValue, MembersKeepTheirOrder) {
  const Value value = parsed(R"({"z":1,"a":2,"m":[3]})");
  ASSERT_EQ(value.size(), 3u);
  EXPECT_EQ(value.key_at(0), "z");
  EXPECT_EQ(value.key_at(2), "m");
  EXPECT_EQ(value.member_at(2).at(0).as_int64(), 3);
  EXPECT_TRUE(value.has("a"));
  EXPECT_FALSE(value.has("b"));
  EXPECT_EQ(value.key_at(3), "");
  EXPECT_TRUE(value.member_at(3).is_null());
}

TEST(JsonValue, PartsKeepTheDocumentAlive) {
  Value part;
  {
    const Value whole = parsed(R"({"a":{"b":["a longer text than fits into a node"]}})");
    part = whole["a"]["b"].at(0);
  }
  EXPECT_EQ(part.as_string(), "a longer text than fits into a node");
}

TEST(JsonValue, EqualityIsThatOfJson) {
  EXPECT_EQ(parsed(R"({"a":1,"b":[1,2]})"), parsed(R"({"b":[1.0,2],"a":1e0})"));
  EXPECT_NE(parsed("[1,2]"), parsed("[2,1]"));
  EXPECT_NE(parsed("[1]"), parsed("[true]"));
  EXPECT_NE(parsed("0"), parsed("false"));
  EXPECT_NE(parsed(R"({"a":1})"), parsed(R"({"a":1,"b":null})"));
  EXPECT_NE(parsed(R"({"a":1})"), parsed(R"({"b":1})"));
  EXPECT_EQ(Value(), parsed("null"));
  EXPECT_EQ(parsed("-0"), parsed("0"));
  // Above 2^53 a double has no neighbours: an exact integer must not equal them.
  EXPECT_NE(parsed("9007199254740993"), parsed("9007199254740992.0"));
  EXPECT_EQ(parsed("9007199254740992"), parsed("9007199254740992.0"));
  EXPECT_NE(parsed("18446744073709551615"), parsed("18446744073709551616"));
  EXPECT_NE(parsed("18446744073709551615"), parsed("-1"));
  EXPECT_NE(parsed("9223372036854775807"), parsed("9223372036854775808.0"));
}

TEST(JsonPointer, FollowsRfc6901) {
  const Value value = parsed(R"({"foo":["bar","baz"],"":0,"a/b":1,"m~n":8,"01":2,"o":{"":{"":3}}})");
  EXPECT_EQ(*value.pointer(""), value);
  EXPECT_EQ(value.pointer("/foo/1")->as_string(), "baz");
  EXPECT_EQ(value.pointer("/")->as_int64(), 0);
  EXPECT_EQ(value.pointer("/a~1b")->as_int64(), 1);
  EXPECT_EQ(value.pointer("/m~0n")->as_int64(), 8);
  EXPECT_EQ(value.pointer("/01")->as_int64(), 2);
  EXPECT_EQ(value.pointer("/o//")->as_int64(), 3);
}

TEST(JsonPointer, ErrorsNameTheStep) {
  const Value value = parsed(R"({"foo":["bar"],"n":null})");
  for (const char* pointer : {"/foo/1", "/foo/-", "/foo/00", "/foo/+0", "/foo/0/x", "/x", "/n/a", "/foo/99999999999999999999"}) {
    const auto found = value.pointer(pointer);
    ASSERT_FALSE(found.ok()) << pointer;
    EXPECT_EQ(found.error().code, Errc::not_found) << pointer;
  }
  EXPECT_EQ(value.pointer("/x/y").error().message, R"(JSON pointer "/x/y": nothing at "/x")");
  EXPECT_EQ(value.pointer("foo").error().code, Errc::invalid);
  EXPECT_EQ(value.pointer("/~2").error().code, Errc::invalid);
  EXPECT_EQ(value.pointer("/~").error().code, Errc::invalid);
  EXPECT_TRUE(value.pointer("/n")->is_null());
}

TEST(JsonDump, PrettyHasTwoSpacesPerLevel) {
  const Value value = parsed(R"({"a":[1,{"b":"x,{\"]"},[],{}],"c":{}})");
  EXPECT_EQ(value.dump(true),
            "{\n  \"a\": [\n    1,\n    {\n      \"b\": \"x,{\\\"]\"\n    },\n    [],\n    {}\n  ],\n  \"c\": {}\n}");
  EXPECT_EQ(Value().dump(true), "null");
  EXPECT_EQ(parsed(value.dump(true)), value);
}

TEST(JsonBuild, ObjectsAndArrays) {
  const Value value = json::object({{"n", nullptr}, {"i", 1}, {"s", "text"}, {"a", json::array({true, 2.5, "x"})}});
  EXPECT_EQ(value.dump(), R"({"n":null,"i":1,"s":"text","a":[true,2.5,"x"]})");
  EXPECT_EQ(json::array(std::vector<Value>{}).dump(), "[]");
  EXPECT_EQ(json::object(Members{}).dump(), "{}");
}

TEST(JsonBuild, LaterEqualKeyReplaces) {
  EXPECT_EQ(json::object({{"a", 1}, {"b", 2}, {"a", 3}}).dump(), R"({"a":3,"b":2})");
  Members many;
  for (int i = 0; i < 60; ++i) many.emplace_back("k" + std::to_string(i % 40), i);
  const Value value = json::object(many);
  EXPECT_EQ(value.size(), 40u);
  EXPECT_EQ(value.key_at(3), "k3");
  EXPECT_EQ(value["k3"].as_int64(), 43);
  EXPECT_EQ(value["k30"].as_int64(), 30);
}

TEST(JsonBuild, BrokenKeysAreRepaired) {
  const Value value = json::object({{"a\xFF", 1}});
  EXPECT_EQ(value["a\xEF\xBF\xBD"].as_int64(), 1);
  EXPECT_EQ(parsed(value.dump()), value);
}

TEST(JsonBuild, MergeAndWithout) {
  const Value base = parsed(R"({"a":1,"b":{"x":1},"c":3})");
  EXPECT_EQ(json::merge(base, parsed(R"({"b":2,"d":4})")).dump(), R"({"a":1,"b":2,"c":3,"d":4})");
  EXPECT_EQ(json::without(base, "b").dump(), R"({"a":1,"c":3})");
  EXPECT_EQ(json::without(base, "nope"), base);
  EXPECT_EQ(json::merge(Value(), base), base);
}

TEST(JsonBuild, DepthCostsNoStack) {
  Value value(1);
  for (int i = 0; i < 3000; ++i) value = json::array({value});
  const Value other = *Value::parse(value.dump(), {.depth_max = 5000});
  EXPECT_EQ(value, other);
  EXPECT_EQ(json::object({{"v", value}})["v"], other);
}

}  // namespace
}  // namespace collet
