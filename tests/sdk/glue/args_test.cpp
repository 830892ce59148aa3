#include "collet/args.hpp"

#include <gtest/gtest.h>

namespace collet {
namespace {

Args parse(std::string_view json, std::string path = {}) { return Args(Value::parse(json).value(), std::move(path)); }

template <class T>
std::string error_of(const Result<T>& result) {
  return result ? "no error" : std::string(name(result.error().code)) + " " + result.error().message;
}

TEST(Args, ReadsWhatIsThere) {
  const Args args = parse(R"({"s":"text","i":3,"n":2.5,"b":true,"l":["a","b"],"o":{"x":1}})");
  EXPECT_EQ(*args.string("s"), "text");
  EXPECT_EQ(*args.integer("i"), 3);
  EXPECT_EQ(*args.number("n"), 2.5);
  EXPECT_EQ(*args.number("i"), 3.0);
  EXPECT_EQ(*args.boolean("b"), true);
  EXPECT_EQ(*args.strings("l"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(*args.object("o")->integer("x"), 1);
}

TEST(Args, FillsInWhatIsAbsentOrNull) {
  const Args args = parse(R"({"s":null})");
  EXPECT_EQ(*args.optional_string("s", "d"), "d");
  EXPECT_EQ(*args.optional_int("i", 10), 10);
  EXPECT_EQ(*args.optional_number("n", 0.5), 0.5);
  EXPECT_EQ(*args.optional_bool("b", true), true);
  EXPECT_TRUE(args.strings("l")->empty());
  EXPECT_FALSE(args.has("s"));
}

TEST(Args, NamesThePathWhatWasExpectedAndWhatCame) {
  const Args args = parse(R"({"code":12,"limit":"many","half":1.5,"list":["a",7],"deep":{"a/b":[]}})");
  EXPECT_EQ(error_of(args.string("code")), "invalid /code: expected a string, got 12");
  EXPECT_EQ(error_of(args.string("gone")), "invalid /gone: required, a string");
  EXPECT_EQ(error_of(args.optional_int("limit", 1)), "invalid /limit: expected a whole number, got \"many\"");
  EXPECT_EQ(error_of(args.integer("half")), "invalid /half: expected a whole number, got 1.5");
  EXPECT_EQ(error_of(args.strings("list")), "invalid /list/1: expected a string, got 7");
  EXPECT_EQ(error_of(args.strings("code")), "invalid /code: expected an array of strings, got 12");
  EXPECT_EQ(error_of(args.object("code")), "invalid /code: expected an object, got 12");
  EXPECT_EQ(error_of(args.object("deep")->string("a/b")), "invalid /deep/a~1b: expected a string, got []");
  EXPECT_EQ(error_of(parse(R"({})", "/config").boolean("x")), "invalid /config/x: required, true or false");
}

TEST(Args, LongValuesAreShownInPart) {
  const Args args = parse(R"({"x":[")" + std::string(200, 'a') + R"("]})");
  const std::string error = error_of(args.string("x"));
  EXPECT_LT(error.size(), 120u) << error;
  EXPECT_TRUE(error.ends_with("...")) << error;
}

}  // namespace
}  // namespace collet
