// Which character set, and which kind of document.
#include <gtest/gtest.h>

#include "charset.hpp"
#include "kind.hpp"
#include "url.hpp"

namespace doc_reader {
namespace {

TEST(Charset, AsBrowsersSniffIt) {
  const auto text = [](std::string_view bytes, std::string_view header = "") { return decode_text(bytes, header, true).text; };
  EXPECT_EQ(text("\xEF\xBB\xBF\xC3\xA9", "iso-8859-1"), "\xC3\xA9") << "the mark comes before the header";
  EXPECT_EQ(text("\xE9", "ISO-8859-1"), "\xC3\xA9");
  EXPECT_EQ(text("\x80\x93", "latin1"), "\xE2\x82\xAC\xE2\x80\x9C") << "Latin-1 is windows-1252 on the web";
  EXPECT_EQ(text("<meta charset=windows-1251>\xFF"), "<meta charset=windows-1251>\xD1\x8F");
  EXPECT_EQ(text("<meta http-equiv=x content='text/html; charset=koi8-r'>\xD1"), "<meta http-equiv=x content='text/html; charset=koi8-r'>\xD1\x8F");
  EXPECT_EQ(text("<meta charset=utf-16>\xC3\xA9"), "<meta charset=utf-16>\xC3\xA9") << "it could be read so far";
  EXPECT_EQ(text("\x82\xA0", "shift_jis"), "\xE3\x81\x82");
  EXPECT_EQ(text(std::string_view("\xFF\xFE" "a\0", 4)), "a");
  EXPECT_EQ(text("\xC3\xA9"), "\xC3\xA9");
  EXPECT_EQ(text("\xE9 "), "\xC3\xA9 ");
  EXPECT_EQ(text("a\xC3", "utf-8"), "a\xEF\xBF\xBD");
  EXPECT_EQ(text("x", "no-such-charset"), "x");
}

TEST(Kind, ContentThenHeaderThenName) {
  const auto kind = [](std::string bytes, std::string type = "", std::string name = "") { return kind_of({std::move(bytes), std::move(type), std::move(name), ""}); };
  EXPECT_EQ(kind("junk\n%PDF-1.7", "text/html"), Kind::pdf);
  EXPECT_EQ(kind(" <!-- c --> <!DOCTYPE HTML><p>", "text/plain"), Kind::html);
  EXPECT_EQ(kind("<p>x", "text/plain", "a.md"), Kind::markdown) << "plain is what servers say of everything";
  EXPECT_EQ(kind("<p>x", "text/plain"), Kind::text);
  EXPECT_EQ(kind("<p>x"), Kind::html);
  EXPECT_EQ(kind("{}", "application/ld+json"), Kind::json);
  EXPECT_EQ(kind("a,b", "", "https://x.org/t.csv?x=1"), Kind::csv);
  EXPECT_EQ(kind("PK\x03\x04zip", "text/html"), Kind::zip);
  EXPECT_EQ(kind("no PDF", "application/pdf"), Kind::binary);
  EXPECT_EQ(kind(std::string("a\0b", 3)), Kind::binary);
  EXPECT_EQ(kind("plain words"), Kind::text);
}

TEST(Url, IsResolvedAsTheStandardSays) {
  const auto from = [](std::string_view reference) { return resolve_url("http://a/b/c/d;p?q", reference); };
  EXPECT_EQ(from("g"), "http://a/b/c/g");
  EXPECT_EQ(from("./g/"), "http://a/b/c/g/");
  EXPECT_EQ(from("/g"), "http://a/g");
  EXPECT_EQ(from("//g"), "http://g");
  EXPECT_EQ(from("?y"), "http://a/b/c/d;p?y");
  EXPECT_EQ(from("g?y#s"), "http://a/b/c/g?y#s");
  EXPECT_EQ(from("../../../g"), "http://a/g");
  EXPECT_EQ(from("g:h"), "g:h");
  EXPECT_EQ(resolve_url("", "x/y"), "x/y");
}

}  // namespace
}  // namespace doc_reader
