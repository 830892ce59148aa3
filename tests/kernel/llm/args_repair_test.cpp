#include "llm/args_repair.hpp"

#include <gtest/gtest.h>

#include <string>

#include "collet/json.hpp"

namespace collet::llm {
namespace {

struct Case {
  const char* written;
  const char* meant;  // compared as JSON; nullptr: beyond repair
};

class RepairTable : public ::testing::TestWithParam<Case> {};

TEST_P(RepairTable, ReadsWhatWasMeant) {
  const auto mended = repair_arguments(GetParam().written);
  if (!GetParam().meant) {
    EXPECT_FALSE(mended) << GetParam().written << "\nbecame " << *mended;
    return;
  }
  ASSERT_TRUE(mended) << GetParam().written;
  const auto parsed = Value::parse(*mended);
  ASSERT_TRUE(parsed) << *mended;
  const auto meant = Value::parse(GetParam().meant);
  ASSERT_TRUE(meant) << GetParam().meant;
  EXPECT_EQ(parsed->dump(), meant->dump()) << "from " << GetParam().written;
}

INSTANTIATE_TEST_SUITE_P(
    Repair, RepairTable,
    ::testing::Values(
        // nothing to mend
        Case{R"~({"code":"print(1)"})~", R"~({"code":"print(1)"})~"},
        Case{R"~({})~", "{}"},
        // no arguments
        Case{"", "{}"}, Case{" \n", "{}"}, Case{"null", "{}"}, Case{"[]", "{}"}, Case{R"~("")~", "{}"},
        // commas
        Case{R"~({"a": 1,})~", R"~({"a":1})~"}, Case{R"~({"a": [1, 2,],})~", R"~({"a":[1,2]})~"},
        Case{R"~({"a": 1 "b": true c: 3})~", R"~({"a":1,"b":true,"c":3})~"},
        Case{"{\"a\": \"x\" \"b\": \"y\"}", R"~({"a":"x","b":"y"})~"}, Case{R"~({,"a": 1,,"b": 2})~", R"~({"a":1,"b":2})~"},
        // quotes
        Case{R"~({'a': 'b'})~", R"~({"a":"b"})~"}, Case{R"~({a: "b", c_d: 1})~", R"~({"a":"b","c_d":1})~"},
        Case{R"~({'a': 'it\'s'})~", R"~({"a":"it's"})~"}, Case{R"~({"a": 'say "hi"'})~", R"~({"a":"say \"hi\""})~"},
        Case{R"~({"code": "print("hi")"})~", R"~({"code":"print(\"hi\")"})~"},
        Case{R"~({"code": "print("a", "b")", "n": 1})~", R"~({"code":"print(\"a\", \"b\")","n":1})~"},
        Case{R"~({"code": """print("x")"""})~", R"~({"code":"print(\"x\")"})~"},
        Case{"{\"code\": `a`}", R"~({"code":"a"})~"},
        Case{R"~({'sql': 'SELECT \'a\''})~", R"~({"sql":"SELECT 'a'"})~"},
        // Python
        Case{R"~({"a": True, "b": False, "c": None})~", R"~({"a":true,"b":false,"c":null})~"},
        Case{R"~({"a": NaN})~", R"~({"a":null})~"},
        // inside strings
        Case{"{\"code\": \"a = 1\nprint(a)\"}", R"~({"code":"a = 1\nprint(a)"})~"},
        Case{"{\"code\": \"if a:\n\tb\"}", R"~({"code":"if a:\n\tb"})~"}, Case{R"~({"re": "\d+\."})~", R"~({"re":"\\d+\\."})~"},
        Case{"{'u': '\\u00e9\\ud83d\\ude00'}", R"~({"u":"é😀"})~"},
        // wrapping
        Case{"```json\n{\"a\": 1}\n```", R"~({"a":1})~"}, Case{"```\n{'a': 'x'}\n```", R"~({"a":"x"})~"},
        Case{"Here you are: {\"a\": 1}. Good luck!", R"~({"a":1})~"}, Case{R"~("{\"a\": 1}")~", R"~({"a":1})~"},
        Case{"{\"a\": 1}\n{\"a\": 1}", R"~({"a":1})~"},
        Case{"{\"code\": \"print(1)\"}\nDone.", R"~({"code":"print(1)"})~"},
        Case{R"~({"code": "print(1)"};)~", R"~({"code":"print(1)"})~"}, Case{R"~({"code": "a"} ok)~", R"~({"code":"a"})~"},
        Case{R"~({"code": "a"} {"code": "b"})~", R"~({"code":"a"})~"}, Case{R"~({"code": "a",, "n": 1})~", R"~({"code":"a","n":1})~"},
        Case{R"~({"code": "print("}")"})~", R"~({"code":"print(\"}\")"})~"},
        // never closed
        Case{R"~({"a": 1)~", R"~({"a":1})~"}, Case{R"~({"a": {"b": [1, 2)~", R"~({"a":{"b":[1,2]}})~"},
        Case{R"~({"a": "x)~", R"~({"a":"x"})~"}, Case{R"~({"a":)~", R"~({"a":null})~"}, Case{R"~({"a": [1, 2})~", R"~({"a":[1,2]})~"},
        // comments, bare words, numbers
        Case{"{\"a\": 1 // one\n}", R"~({"a":1})~"}, Case{"{a: 1 apple}", R"~({"a":"1 apple"})~"}, Case{"{/* x */\"a\": 1}", R"~({"a":1})~"},
        Case{R"~({"city": Oslo, "n": -1.5e3})~", R"~({"city":"Oslo","n":-1.5e3})~"}, Case{R"~({a = 1})~", R"~({"a":1})~"},
        // beyond repair
        Case{"print(1)", nullptr}, Case{"[1, 2]", nullptr}, Case{"42", nullptr}, Case{"{{}}", nullptr}),
    [](const auto& info) { return std::to_string(info.index); });

TEST(Repair, KeepsValidTextByteForByte) {
  const std::string text = "{\"b\" : 1.0,\n \"a\":[ ]}";
  EXPECT_EQ(repair_arguments(text), text);
}

TEST(Repair, IsBoundedInDepthAndSize) {
  EXPECT_FALSE(repair_arguments("{a:" + std::string(100'000, '[')));
  EXPECT_FALSE(repair_arguments("{'a':'" + std::string(2u << 20, 'x') + "'}"));
}

TEST(Repair, HostileTextEndsSoon) {
  std::string text = "{'a': '";
  for (int i = 0; i < 50'000; ++i) text += "'}}}}  ";
  (void)repair_arguments(text + "x");
  (void)repair_arguments("{" + std::string(500'000, '\''));
  (void)repair_arguments("{a:" + std::string(500'000, '"'));
  SUCCEED();
}

}  // namespace
}  // namespace collet::llm
