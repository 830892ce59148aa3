#include "api/fields.hpp"

#include <array>

#include <gtest/gtest.h>

namespace collet::api {
namespace {

Fields over(const char* json) { return Fields(*Value::parse(json), "tools[0].runtime_params"); }

std::string complaint(const Fields& fields) { return fields.error() ? fields.error()->message : ""; }

TEST(Fields, NameThePathTheValueAndWhatWasExpected) {
  Fields fields = over(R"({"ttl_seconds":"x"})");
  (void)fields.integer("ttl_seconds");
  EXPECT_EQ(complaint(fields),
            "tools[0].runtime_params.ttl_seconds: expected a whole number of at least 1, got \"x\"");
}

TEST(Fields, RefuseZeroNegativeAndFractions) {
  for (const char* json : {R"({"n":0})", R"({"n":-1})", R"({"n":1.5})", R"({"n":true})", R"({"n":1e300})"}) {
    Fields fields = over(json);
    EXPECT_FALSE(fields.integer("n").has_value()) << json;
    EXPECT_TRUE(fields.error().has_value()) << json;
  }
}

TEST(Fields, TakeNullForAbsent) {
  Fields fields = over(R"({"n":null,"s":null})");
  EXPECT_FALSE(fields.integer("n").has_value());
  EXPECT_EQ(fields.string("s", "fallback"), "fallback");
  EXPECT_EQ(complaint(fields), "");
}

TEST(Fields, SuggestTheNearestChoice) {
  const std::array<std::string, 2> sizes = {"standard-1x", "standard-2x"};
  Fields fields = over(R"({"dyno_size":"standart-1x"})");
  (void)fields.choice("dyno_size", sizes, "standard-1x");
  EXPECT_EQ(complaint(fields),
            "tools[0].runtime_params.dyno_size: \"standart-1x\" is unknown; expected one of standard-1x, "
            "standard-2x; did you mean \"standard-1x\"?");
}

TEST(Fields, KeepTheFirstComplaint) {
  Fields fields = over(R"({"a":1,"b":2})");
  (void)fields.string("a");
  (void)fields.string("b");
  EXPECT_EQ(complaint(fields), "tools[0].runtime_params.a: expected a string, got 1");
}

TEST(Fields, ComplainOfWhatIsNoObject) {
  const Fields fields(Value(3), "");
  EXPECT_EQ(complaint(fields), "the request body: expected a JSON object, got 3");
}

}  // namespace
}  // namespace collet::api
