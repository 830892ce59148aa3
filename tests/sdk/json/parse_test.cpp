// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "collet/json.hpp"

namespace collet {
namespace {

using std::string_literals::operator""s;
using ::testing::HasSubstr;

struct Refused {
  std::string text;
  std::string message;
};

void PrintTo(const Refused& refused, std::ostream* out) { *out << refused.text; }

class JsonRefuses : public ::testing::TestWithParam<Refused> {};

TEST_P(JsonRefuses, NamesPlaceAndExpectation) {
  const auto value = Value::parse(GetParam().text);
  ASSERT_FALSE(value.ok()) << "accepted as " << value->dump();
  EXPECT_EQ(value.error().code, Errc::invalid);
  EXPECT_THAT(value.error().message, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Texts, JsonRefuses,
    ::testing::Values(
        Refused{"", "line 1, column 1: expected a JSON value, got the end of the text"},
        Refused{" \n\t", "line 2, column 2: expected a JSON value"},
        Refused{"[1,\n  2,\n  x]", "line 3, column 3: expected a value"},
        Refused{"[1,]", "line 1, column 4: expected a value"},
        Refused{"[1 2]", "expected ',' or ']' after the value in an array, got '2'"},
        Refused{"{\"a\" 1}", "column 6: expected ':' after the key, got '1'"},
        Refused{"{\"a\":1 \"b\":2}", "expected ',' or '}' after the value in an object"},
        Refused{"{a:1}", "column 2: expected a key in double quotes, got 'a'"},
        Refused{"{'a':1}", "expected a key in double quotes"},
        Refused{"{\"a\":1,}", "expected a key in double quotes, got '}'"},
        Refused{"True", "got 'T'"},
        Refused{"NaN", "got 'N'"},
        Refused{"Infinity", "got 'I'"},
        Refused{"[1] // no", "expected nothing after the JSON value, got '/'"},
        Refused{"[1][2]", "expected nothing after the JSON value"},
        Refused{"01", "expected nothing after the JSON value"},
        Refused{"+1", "expected a value"},
        Refused{"1.", "expected a digit after the decimal point"},
        Refused{".5", "expected a value"},
        Refused{"1e+", "expected a digit in the exponent"},
        Refused{"-", "expected a value"},
        Refused{"1e999", "expected a number that fits a 64-bit float"},
        Refused{"-1e999", "expected a number that fits a 64-bit float"},
        Refused{"\"abc", "expected '\"' at the end of the string"},
        Refused{"\"a\nb\"", "got a line break"},
        Refused{"\"a\x01\"", "got the byte 0x01"},
        Refused{R"("\x41")", R"(got '\x')"},
        Refused{R"("\u12G4")", "four hexadecimal digits"},
        Refused{R"("\ud800")", "full surrogate pair"},
        Refused{R"("\ud800A")", "full surrogate pair"},
        Refused{R"("a\udc00b")", "full surrogate pair"},
        Refused{R"({"\udc00":1})", "full surrogate pair"},
        Refused{"\"\xC0\x80\"", "column 2: expected UTF-8, got the byte 0xc0"},
        Refused{"\"\xED\xA0\x80\"", "expected UTF-8"},
        Refused{"\"\xF4\x90\x80\x80\"", "expected UTF-8"},
        Refused{"\"\xE2\x82\"", "expected UTF-8"},
        Refused{"\xEF\xBB\xBF[]", "byte order mark"},
        Refused{"[\"a\0b\"]"s, "column 4: expected no NUL byte"},
        Refused{"[1]\0"s, "expected no NUL byte"},
        Refused{"\"\xC3\xA4\" x", "column 5: expected nothing after"}));

struct Accepted {
  std::string text;
  std::string dump;
};

void PrintTo(const Accepted& accepted, std::ostream* out) { *out << accepted.text; }

class JsonAccepts : public ::testing::TestWithParam<Accepted> {};

TEST_P(JsonAccepts, AndWritesItBack) {
  const auto value = Value::parse(GetParam().text);
  ASSERT_TRUE(value.ok()) << value.error().message;
  EXPECT_EQ(value->dump(), GetParam().dump);
  const auto again = Value::parse(value->dump());
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_EQ(*again, *value);
}

INSTANTIATE_TEST_SUITE_P(
    Texts, JsonAccepts,
    ::testing::Values(
        Accepted{" null ", "null"}, Accepted{"true", "true"}, Accepted{"[ ]", "[]"}, Accepted{"{ }", "{}"},
        Accepted{"\"\"", "\"\""}, Accepted{R"("A\/\ud83d\ude00\u0000")", R"("A/😀\u0000")"},
        Accepted{R"("\b\f\n\r\t\"\\")", R"("\b\f\n\r\t\"\\")"}, Accepted{R"("\u001F\u007f")", "\"\\u001f\x7F\""},
        Accepted{R"({"":{"":[]}})", R"({"":{"":[]}})"},
        // numbers keep their value and, where it matters, their looks
        Accepted{"0", "0"}, Accepted{"-0", "-0.0"}, Accepted{"-1", "-1"}, Accepted{"3.0", "3.0"},
        Accepted{"9223372036854775807", "9223372036854775807"},
        Accepted{"-9223372036854775808", "-9223372036854775808"},
        Accepted{"9223372036854775808", "9223372036854775808"},
        Accepted{"18446744073709551615", "18446744073709551615"},
        Accepted{"18446744073709551616", "1.8446744073709552e+19"},
        Accepted{"-9223372036854775809", "-9.223372036854776e+18"}, Accepted{"0.1", "0.1"},
        Accepted{"1E2", "100.0"}, Accepted{"1e-7", "1e-07"}, Accepted{"0.30000000000000004", "0.30000000000000004"},
        Accepted{"5e-324", "5e-324"}, Accepted{"1.7976931348623157e308", "1.7976931348623157e+308"},
        Accepted{"1e-999", "0.0"}, Accepted{"-0.00001e-400", "-0.0"}, Accepted{"2.2250738585072011e-308", "2.225073858507201e-308"}));

TEST(JsonParse, LastOfEqualKeysCounts) {
  const auto value = Value::parse(R"({"a":1,"b":{"k":1,"k":2,"k":3},"a":{"x":1,"x":2},"c":[{"d":1,"d":2}]})");
  ASSERT_TRUE(value.ok());
  EXPECT_EQ(value->dump(), R"({"a":{"x":2},"b":{"k":3},"c":[{"d":2}]})");
}

TEST(JsonParse, LastOfEqualKeysCountsInLargeObjects) {
  std::string text = "{";
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 100; ++i) {
      text += "\"a_long_key_that_is_not_inlined_" + std::to_string(i) + "\":" + std::to_string(round * 1000 + i) + ",";
      text += "\"k" + std::to_string(i) + "\":" + std::to_string(round) + ",";
    }
  }
  text.back() = '}';
  const auto value = Value::parse(text);
  ASSERT_TRUE(value.ok());
  ASSERT_EQ(value->size(), 200u);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ((*value)["a_long_key_that_is_not_inlined_" + std::to_string(i)].as_int64(), 1000 + i);
    EXPECT_EQ((*value)["k" + std::to_string(i)].as_int64(), 1);
  }
}

TEST(JsonParse, DuplicateKeysCanBeRefused) {
  JsonLimits limits;
  limits.reject_duplicate_keys = true;
  EXPECT_TRUE(Value::parse(R"({"a":{"a":1},"b":{"a":1}})", limits).ok());
  const auto value = Value::parse(R"([{"a":1,"\u0061":2}])", limits);
  ASSERT_FALSE(value.ok());
  EXPECT_THAT(value.error().message, HasSubstr("\"a\" twice"));
}

TEST(JsonParse, DepthIsCapped) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(Value::parse(nested(128)).ok());
  const auto deeper = Value::parse(nested(129));
  ASSERT_FALSE(deeper.ok());
  EXPECT_EQ(deeper.error().code, Errc::limit);
  EXPECT_THAT(deeper.error().message, HasSubstr("deeper than 128"));
  EXPECT_FALSE(Value::parse(std::string(1'000'000, '[')).ok());
  JsonLimits limits;
  limits.depth_max = 1'000'000;
  const auto value = Value::parse(nested(200'000), limits);
  ASSERT_TRUE(value.ok());
  EXPECT_EQ(value->dump(), nested(200'000));
  EXPECT_EQ(*value, *Value::parse(nested(200'000), limits));
}

TEST(JsonParse, LengthIsCapped) {
  JsonLimits limits;
  limits.bytes_max = 10;
  EXPECT_TRUE(Value::parse("[1,2,3,44]", limits).ok());
  const auto value = Value::parse("[1,2,3,444]", limits);
  ASSERT_FALSE(value.ok());
  EXPECT_EQ(value.error().code, Errc::limit);
}

TEST(JsonParse, TextMayGoAway) {
  auto text = std::make_unique<std::string>(R"({"key":"a text that is too long to be stored inside its node"})");
  const auto value = Value::parse(*text);
  text.reset();
  EXPECT_EQ((*value)["key"].as_string(), "a text that is too long to be stored inside its node");
}

}  // namespace
}  // namespace collet
