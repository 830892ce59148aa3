// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <string>

#include "collet/json.hpp"

namespace collet {
namespace {

TEST(JsonWriter, PlacesCommas) {
  JsonWriter writer;
  writer.begin_object()
      .member("a", 1)
      .member("b", "x")
      .key("c")
      .begin_array()
      .number(std::int64_t{1})
      .begin_object()
      .end_object()
      .begin_array()
      .end_array()
      .null()
      .boolean(false)
      .end_array()
      .member("d", true)
      .member("e", 0.5)
      .member("f", Value::parse("[1,{}]").value())
      .key("g")
      .raw("{\"r\":1}")
      .member("h", std::string_view("y"))
      .end_object();
  EXPECT_EQ(writer.text(), R"({"a":1,"b":"x","c":[1,{},[],null,false],"d":true,"e":0.5,"f":[1,{}],"g":{"r":1},"h":"y"})");
  EXPECT_TRUE(Value::parse(writer.text()).ok());
  EXPECT_EQ(writer.take().front(), '{');
}

TEST(JsonWriter, EscapesEveryByteItMust) {
  for (int c = 0; c < 0x80; ++c) {
    const std::string text = std::string("before ") + static_cast<char>(c) + " and after, past one block of sixteen";
    const auto value = Value::parse(json::quote(text));
    ASSERT_TRUE(value.ok()) << c << ": " << value.error().message;
    EXPECT_EQ(value->as_string(), text) << c;
  }
  EXPECT_EQ(json::quote("\b\f\n\r\t\"\\/\x1f\x7f"), R"("\b\f\n\r\t\"\\/\u001f)" "\x7f\"");
  EXPECT_EQ(json::quote(""), "\"\"");
}

TEST(JsonWriter, EscapesAtEveryOffset) {
  for (std::size_t before = 0; before < 40; ++before) {
    for (const std::string_view special : {"\"", "\\", "\n", "\xC3\xA4", "\xF0\x9F\x98\x80"}) {
      const std::string text = std::string(before, 'x') + std::string(special) + std::string(20, 'y');
      const auto value = Value::parse(json::quote(text));
      ASSERT_TRUE(value.ok()) << before;
      EXPECT_EQ(value->as_string(), text);
    }
  }
}

TEST(JsonWriter, RepairsBrokenUtf8) {
  const std::string mark = "\xEF\xBF\xBD";
  EXPECT_EQ(json::quote("a\xFF"), "\"a" + mark + "\"");
  EXPECT_EQ(json::quote("\xC3"), "\"" + mark + "\"");
  EXPECT_EQ(json::quote("\xC3(x"), "\"" + mark + "(x\"");
  EXPECT_EQ(json::quote("\xF0\x9F\x98"), "\"" + mark + "\"");
  EXPECT_EQ(json::quote("\xE2\x82\xAC\x80"), "\"\xE2\x82\xAC" + mark + "\"");
  for (int a = 0x80; a < 0x100; ++a) {
    for (int b = 0; b < 0x100; ++b) {
      const char text[] = {static_cast<char>(a), static_cast<char>(b), 'z', 0};
      EXPECT_TRUE(Value::parse(json::quote(std::string_view(text, 3))).ok()) << a << " " << b;
    }
  }
}

TEST(JsonWriter, NumbersReadBackTheSame) {
  std::uint64_t state = 1;
  for (int i = 0; i < 20'000; ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    double real;
    static_assert(sizeof real == sizeof state);
    std::memcpy(&real, &state, sizeof real);
    if (!std::isfinite(real)) continue;
    JsonWriter writer;
    writer.number(real);
    const auto value = Value::parse(writer.text());
    ASSERT_TRUE(value.ok()) << writer.text();
    EXPECT_EQ(value->as_double(), real) << writer.text();
  }
  JsonWriter writer;
  writer.begin_array().number(INT64_MIN).number(INT64_MAX).number(1e21).number(-0.0).number(std::nan("")).end_array();
  EXPECT_EQ(writer.text(), "[-9223372036854775808,9223372036854775807,1e+21,-0.0,null]");
}

}  // namespace
}  // namespace collet
