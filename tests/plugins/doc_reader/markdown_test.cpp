// HTML in, Markdown out, and back through another parser.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "commonmark.hpp"
#include "markdown.hpp"

namespace doc_reader {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string markdown_of(std::string_view html, std::string_view base = "https://site.org/docs/page", const Limits& limits = {}) {
  const auto tree = Tree::parse(html, limits);
  if (!tree) return "error: " + tree.error().message;
  MarkdownOptions options;
  options.base_url = base;
  auto markdown = to_markdown(*tree, options, limits);
  return markdown ? *markdown : "error: " + markdown.error().message;
}

struct Case {
  std::string html, markdown;
};
std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.html; }

class Converts : public ::testing::TestWithParam<Case> {};

TEST_P(Converts, AndParsesBack) {
  const std::string markdown = markdown_of(GetParam().html);
  EXPECT_EQ(markdown, GetParam().markdown);
  const std::string html = test::html_of(markdown);
  EXPECT_EQ(markdown_of(html, ""), markdown) << "read back as\n" << html;
}

INSTANTIATE_TEST_SUITE_P(
    Blocks, Converts,
    ::testing::Values(
        Case{"<h1>A</h1><p>b\n c</p><h6>d</h6>", "# A\n\nb c\n\n###### d\n"}, Case{"a<p>b</p>c<div>d<span>e</span></div>", "a\n\nb\n\nc\n\nde\n"},
        Case{"<ul><li>a<li>b<ul><li>c</ul><li>d</ul>", "- a\n- b\n  - c\n- d\n"},
        Case{"<ol start=9><li>a<li><p>b</p><p>c</p></ol>", "9. a\n10. b\n\n    c\n"},
        Case{"<ul><li>a</ul><ul><li>b</ul>", "- a\n\n+ b\n"}, Case{"<ul>x<li>a<ul><li>b</ul><ol><li>c</ol></ul>", "- x\n- a\n  - b\n\n  1. c\n"},
        Case{"<ol>a<ol><li>b</ol><ul><li>c</ul><ul><li>d</ul></ol>", "1. a\n   1. b\n\n   - c\n\n   + d\n"},
        Case{"<ul><li>a<ul><li>b</ul></li></ul><ol><li>z</ol>", "- a\n  - b\n\n1. z\n"},
        Case{"<ul><li><input type=checkbox checked> done<li><input type=checkbox>to do</ul>", "- [x] done\n- [ ] to do\n"},
        Case{"<blockquote><p>a<p>b</blockquote>", "> a\n>\n> b\n"}, Case{"<blockquote><ul><li>a</ul></blockquote>", "> - a\n"}, Case{"a<hr>b", "a\n\n***\n\nb\n"},
        Case{"<pre>\n  x &lt; y\n\n`z`</pre>", "```\n  x < y\n\n`z`\n```\n"},
        Case{"<pre><code class='language-c++'>a```b</code></pre>", "````c++\na```b\n````\n"},
        Case{"<ul><li>a<pre>b\n\n c</pre></ul>", "- a\n\n  ```\n  b\n\n   c\n  ```\n"}, Case{"<dl><dt>t<dd>d<dt>u<dd>e</dl>", "**t**\n\nd\n\n**u**\n\ne\n"},
        Case{"a<br>b<br><br>c", "a\\\nb\n\nc\n"}, Case{"<p>a<br></p><p><br>b</p>", "a\n\nb\n"}));

INSTANTIATE_TEST_SUITE_P(
    Lines, Converts,
    ::testing::Values(
        Case{"<p><b>a</b> <i>b</i> <del>c</del> <code>d</code>", "**a** *b* ~~c~~ `d`\n"}, Case{"a<b> b </b>c", "a **b** c\n"},
        Case{"<b>a</b><b>b</b> <b></b><b> </b>c", "**ab** c\n"}, Case{"<b><i>a<br></i></b>b <a href=/c>c<br></a><a href=/d>d</a>", "***a***\\\nb [c](https://site.org/c)\\\n[d](https://site.org/d)\n"}, Case{"a<b>\"b\"</b>c <b>d.</b> e", "a\"b\"c **d.** e\n"},
        Case{"<b>a<i>b</i></b> <i><b>c</b>d</i>", "**a*b*** ***c**d*\n"}, Case{"<i>a</i><b>b</b>", "a**b**\n"}, Case{"x<i>y</i>z", "x*y*z\n"},
        Case{"<code>a</code><code>`b`</code> <code> | </code>", "`` a`b` `` `|`\n"}, Case{"<a href=x>a</a> <a href='/y(1)'>b</a>", "[a](https://site.org/docs/x) [b](https://site.org/y(1))\n"},
        Case{"<a href='//o.org/a b?c=d&amp;e#f'>x]y</a>", "[x\\]y](https://o.org/a%20b?c=d&e#f)\n"},
        Case{"<a href=/z><h2>T</h2><p>u</p></a>", "## [T](https://site.org/z)\n\n[u](https://site.org/z)\n"}, Case{"<a href='#top'>up</a><a href=/e></a>", "up\n"},
        Case{"<a href='/a?b&amp;amp;c'>d</a>", "[d](https://site.org/a?b&amp;amp;c)\n"},
        Case{"!<a href=/a>b</a><img src=/c.png alt='d e'>", "\\![b](https://site.org/a)![d e](https://site.org/c.png)\n"}));

INSTANTIATE_TEST_SUITE_P(
    Signs, Converts,
    ::testing::Values(
        Case{"<p>*a* _b_ c_d [e] `f` &lt;g> 1 &lt; 2 \\* a\\b &amp;amp; R&amp;D", "\\*a\\* \\_b\\_ c_d \\[e] \\`f\\` \\<g> 1 < 2 \\\\\\* a\\b \\&amp; R\\&D\n"},
        Case{"<p># a<p>- b<p>+ c<p>1. d<p>2) e<p>> f<p>-5 g<p>===<p>---<p>2024. h", "\\# a\n\n\\- b\n\n\\+ c\n\n1\\. d\n\n2\\) e\n\n\\> f\n\n-5 g\n\n\\===\n\n\\---\n\n2024\\. h\n"},
        Case{"<h2>a #</h2><p>~~~<p>| a | b |<br>:-- | --:", "## a \\#\n\n\\~\\~\\~\n\n\\| a | b |\\\n\\:-- | --:\n"}, Case{"a\xC2\xA0\xE2\x80\x8B\xC2\xADz", "a z\n"}));

INSTANTIATE_TEST_SUITE_P(
    Tables, Converts,
    ::testing::Values(
        Case{"<table><thead><tr><th>a<th>b<tbody><tr><td>1|2<td><b>x</b><br>y</table>", "| a | b |\n| --- | --- |\n| 1\\|2 | **x** y |\n"},
        Case{"<table><tr><td>a<td>b<tr><td>c<td>d</table>", "|  |  |\n| --- | --- |\n| a | b |\n| c | d |\n"},
        Case{"<table><tr><th rowspan=2>a<th colspan=2>b<tr><th>c<th>d<tr><td>1<td>2<td>3</table>",
             "| a | b |  |\n| --- | --- | --- |\n|  | c | d |\n| 1 | 2 | 3 |\n"},
        Case{"<table role=presentation><tr><td>a<td>b</table>", "a\n\nb\n"}, Case{"<table><tr><td><table><tr><td>a</table><td><h2>b</h2></table>", "a\n\n## b\n"},
        Case{"<table><caption>T</caption><tr><th>a<th>b<tr><td><code>x|y</code><td></table>", "T\n\n| a | b |\n| --- | --- |\n| `x\\|y` |  |\n"}));

struct Attack {
  std::string html;
};

class Removes : public ::testing::TestWithParam<std::string> {};

TEST_P(Removes, WhatRunsOrTracks) {
  const std::string markdown = markdown_of("<p>kept " + GetParam() + " kept");
  EXPECT_THAT(markdown, HasSubstr("kept"));
  for (const char* bad : {"evil", "script:", "data:", "file:"}) EXPECT_THAT(markdown, Not(HasSubstr(bad))) << GetParam();
}

INSTANTIATE_TEST_SUITE_P(
    Hostile, Removes,
    ::testing::Values("<script>evil()</script>", "<a href='javascript:evil()'>a</a>", "<a href=' java\nscript:evil()'>a</a>", "<a href='&#1;javascript:evil()'>a</a>",
                      "<a href='JaVaScRiPt:evil()'>a</a>", "<a href='vbscript:evil'>a</a>", "<a href='data:text/html,evil'>a</a>", "<img src=/evil.gif width=1 height=1>",
                      "<img src=//t.co/evil height=0>", "<img style='display: none' src=/evil>", "<style>evil</style>", "<template>evil</template>",
                      "<noscript><img src=/evil></noscript>", "<iframe src=/evil>evil</iframe>", "<svg><text>evil</text></svg>", "<!-- evil -->",
                      "<div hidden>evil</div>", "<span style='visibility:hidden'>evil</span>", "<object>evil</object>", "<a href='file:///evil'>a</a>",
                      "<img src='data:image/png;base64,evil'>", "<select><option>evil</select>", "<script>'<!--<script>' </script> evil</script>"));

TEST(Markdown, HiddenCharactersAreGone) {
  EXPECT_EQ(markdown_of("a\xF3\xA0\x81\xA9\xE2\x80\xAE" "b &#8203;c"), "ab c\n");
}

TEST(Markdown, NoReaderCountsThisFar) {
  const std::string markdown = markdown_of("<pre>a\n" + std::string(300, '`') + "\nb</pre><code>" + std::string(300, '`') + "</code>");
  EXPECT_EQ(markdown_of(test::html_of(markdown), ""), markdown);
}

TEST(Markdown, HugeLinksAreTheirText) {
  EXPECT_EQ(markdown_of("<a href='/" + std::string(3000, 'x') + "'>a</a>"), "a\n");
}

TEST(Markdown, LimitsAreNamed) {
  Limits limits;
  limits.html_bytes_max = 10;
  EXPECT_THAT(markdown_of("<p>hello world", "", limits), HasSubstr("html_bytes_max = 10"));
  limits = {};
  limits.markdown_bytes_max = 10;
  EXPECT_THAT(markdown_of("<p>hello world", "", limits), HasSubstr("markdown_bytes_max = 10"));
  limits = {};
  limits.parse_memory_bytes_max = 4 << 20;
  EXPECT_THAT(markdown_of(std::string(100'000, '<') + "<i><p>", "", limits), Not(HasSubstr("error")));
  std::string many;
  for (int i = 0; i < 20'000; ++i) many += "<p>x";
  EXPECT_THAT(markdown_of(many, "", limits), HasSubstr("parse_memory_bytes_max = 4194304"));
  limits = {};
  limits.parse_ms_max = 1;
  std::string deep;
  for (int i = 0; i < 200'000; ++i) deep += "<div>";
  EXPECT_THAT(markdown_of(deep, "", limits), HasSubstr("parse_ms_max = 1"));
}

TEST(Markdown, ManyOptionsOfAFormTakeNoTime) {
  std::string form = "<p>a<select>";
  for (int i = 0; i < 20'000; ++i) form += "<option>b";
  EXPECT_EQ(markdown_of(form + "</select>c"), "ac\n");
}

TEST(Markdown, DepthIsFlattenedNotLost) {
  std::string deep;
  for (int i = 0; i < 2'000; ++i) deep += "<blockquote><ul><li>";
  const std::string markdown = markdown_of(deep + "bottom");
  EXPECT_THAT(markdown, HasSubstr("bottom"));
  EXPECT_LT(markdown.size(), 200u);
}

TEST(Markdown, RowsPastTheLimitAreSaidToBeMissing) {
  Limits limits;
  limits.table_cells_max = 4;
  const auto markdown = markdown_of("<table><tr><th>a<th>b<tr><td>1<td>2<tr><td>3<td>4</table>", "", limits);
  EXPECT_THAT(markdown, HasSubstr("| 1 | 2 |"));
  EXPECT_THAT(markdown, Not(HasSubstr("| 3 |")));
  EXPECT_THAT(markdown, HasSubstr("table\\_cells\\_max"));
}

}  // namespace
}  // namespace doc_reader
