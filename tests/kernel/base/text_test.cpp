#include "base/text.hpp"

#include <array>

#include <gtest/gtest.h>

namespace collet::base {
namespace {

TEST(Text, ComparesIgnoringAsciiCaseOnly) {
  EXPECT_TRUE(equals_ignoring_case("Content-Type", "cONTENT-tYPE"));
  EXPECT_TRUE(equals_ignoring_case("", ""));
  EXPECT_FALSE(equals_ignoring_case("a", "ab"));
  EXPECT_FALSE(equals_ignoring_case("[", "{"));
  EXPECT_FALSE(equals_ignoring_case("\xc3\x84", "\xc3\xa4"));
  EXPECT_EQ(to_lower("ABC-\xc3\x84z"), "abc-\xc3\x84z");
}

TEST(Text, Trims) {
  EXPECT_EQ(trim(" \t\r\n a b \n"), "a b");
  EXPECT_EQ(trim(" \t "), "");
  EXPECT_EQ(trim(""), "");
}

TEST(Text, SplitsAndJoins) {
  EXPECT_EQ(split("a,,b,", ','), (std::vector<std::string_view>{"a", "", "b", ""}));
  EXPECT_EQ(split("", ','), (std::vector<std::string_view>{""}));
  EXPECT_EQ(split("abc", ','), (std::vector<std::string_view>{"abc"}));
  const std::vector<std::string> parts{"a", "b", "c"};
  EXPECT_EQ(join(parts, ", "), "a, b, c");
  EXPECT_EQ(join(std::vector<std::string>{}, ", "), "");
  EXPECT_EQ(join(std::vector<std::string>{"", "x"}, "-"), "-x") << "an empty part is a part";
}

TEST(Text, ReadsWholeNumbersOnly) {
  EXPECT_EQ(parse_int64("0"), 0);
  EXPECT_EQ(parse_int64("-42"), -42);
  EXPECT_EQ(parse_int64("9223372036854775807"), INT64_MAX);
  for (const std::string_view text : {"", " 1", "1 ", "+1", "0x1", "1.0", "1e3", "9223372036854775808", "a", "--1"}) {
    EXPECT_FALSE(parse_int64(text)) << '"' << text << '"';
  }
}

TEST(Text, MatchesGlobs) {
  struct Case {
    std::string_view pattern, text;
    bool matches;
  };
  const Case cases[] = {
      {"*", "", true},           {"*", "anything", true},     {"", "", true},
      {"", "a", false},          {"a*c", "abbbc", true},      {"a*c", "abbbd", false},
      {"a?c", "abc", true},      {"a?c", "ac", false},        {"*.so", "x.so", true},
      {"*.so", "x.so.1", false}, {"mcp-*/*", "mcp-a/b", true}, {"*a*b*", "xxaxxbxx", true},
      {"**", "x", true},         {"[a]", "a", false},         {"*ab", "aab", true},
      {"a*", "*", false},        {"\\*", "*", false},         {"*x", "*", false},
  };
  for (const auto& [pattern, text, matches] : cases) {
    EXPECT_EQ(glob_matches(pattern, text), matches) << pattern << " on " << text;
  }
}

TEST(Text, GlobsTakeNoExponentialTime) {
  std::string pattern;
  for (int i = 0; i < 30; ++i) pattern += "*a";
  EXPECT_FALSE(glob_matches(pattern + "*b", std::string(5000, 'a')));
}

TEST(Text, GuessesWhatWasMeant) {
  const std::array<std::string, 3> names{"code_exec_python", "doc_reader", "pg_query"};
  EXPECT_EQ(nearest("code_exec_pyton", names), "code_exec_python");
  EXPECT_EQ(nearest("Doc_Reader", names), "doc_reader");
  EXPECT_EQ(nearest("pg_queries", names), "pg_query");
  EXPECT_EQ(nearest("weather", names), "");
  EXPECT_EQ(nearest("x", {}), "");
}

TEST(Text, RepairsUtf8) {
  const std::string bad = "\xEF\xBF\xBD";
  EXPECT_EQ(repair_utf8("plain \xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80"), "plain \xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80");
  EXPECT_EQ(repair_utf8("a\xff" "b"), "a" + bad + "b");
  EXPECT_EQ(repair_utf8("\xc3"), bad);
  EXPECT_EQ(repair_utf8("\xc0\x80"), bad + bad) << "overlong";
  EXPECT_EQ(repair_utf8("\xed\xa0\x80"), bad + bad + bad) << "surrogate";
  EXPECT_EQ(repair_utf8("\xf4\x90\x80\x80"), bad + bad + bad + bad) << "beyond Unicode";
  EXPECT_EQ(repair_utf8(std::string("\0", 1)), std::string("\0", 1));
}

TEST(Text, ShortensAtACharacter) {
  EXPECT_EQ(shorten("short", 5), "short");
  EXPECT_EQ(shorten("longer", 5), "lo...");
  EXPECT_EQ(shorten("\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac", 8), "\xe2\x82\xac...");
  for (std::size_t max = 3; max < 12; ++max) {
    const std::string cut = shorten("\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80", max);
    EXPECT_LE(cut.size(), max);
    EXPECT_EQ(repair_utf8(cut), cut);
  }
}

TEST(Text, WritesHex) {
  const std::array<std::uint8_t, 3> bytes{0x00, 0x7f, 0xff};
  EXPECT_EQ(hex(bytes), "007fff");
}

}  // namespace
}  // namespace collet::base
