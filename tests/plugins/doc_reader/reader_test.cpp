// Article, metadata, outline, snippets and pieces.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "document.hpp"
#include "pieces.hpp"
#include "sections.hpp"

namespace doc_reader {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

Document article_of(const std::string& html) {
  Source source;
  source.bytes = html;
  source.content_type = "text/html";
  auto document = read_document(source, Extent::article, {});
  EXPECT_TRUE(document.ok()) << document.error().message;
  return document ? *document : Document{};
}

const std::string kSentence = "This sentence, which is long enough to count as text, belongs to the story itself. ";

struct Page {
  const char* what;
  std::string around;
};
std::ostream& operator<<(std::ostream& out, const Page& page) { return out << page.what; }

class Article : public ::testing::TestWithParam<Page> {};

TEST_P(Article, LeavesOutWhatStandsAround) {
  std::string story;
  for (int i = 0; i < 6; ++i) story += "<p>" + kSentence + std::to_string(i);
  const auto document = article_of("<body><div class=page><div class=story>" + story + GetParam().around + "</div></div>");
  for (int i = 0; i < 6; ++i) EXPECT_THAT(document.markdown, HasSubstr("the story itself. " + std::to_string(i)));
  EXPECT_THAT(document.markdown, Not(HasSubstr("NOISE")));
}

INSTANTIATE_TEST_SUITE_P(
    Around, Article,
    ::testing::Values(Page{"navigation", "<nav><ul><li>NOISE and more of it</ul></nav>"}, Page{"comments", "<div id=comments><p>NOISE " + kSentence + "</div>"},
                      Page{"sidebar", "<div class='left sidebar'><p>NOISE " + kSentence + "</div>"}, Page{"footer", "<footer><p>NOISE " + kSentence + "</footer>"},
                      Page{"links", "<ul><li><a href=/a>NOISE one story</a><li><a href=/b>another story</a></ul>"},
                      Page{"form", "<form><p>NOISE " + kSentence + "<input></form>"}, Page{"role", "<div role=complementary><p>NOISE " + kSentence + "</div>"},
                      Page{"hidden", "<div style='display:none'><p>NOISE " + kSentence + "</div>"}, Page{"share", "<div class=social-share>NOISE share this</div>"}));

TEST(Article, TheLeadBetweenTitleAndTextBelongsToIt) {
  std::string story;
  for (int i = 0; i < 30; ++i) story += "<p>" + kSentence;
  const auto document = article_of("<body><div class=head><h1>T</h1><div class=teaser><p>LEAD " + kSentence + "</div><div class=promo><p>NOISE " + kSentence +
                                   "</div></div><div class=story>" + story + "</div><div><p>NOISE " + kSentence + "</div>");
  EXPECT_TRUE(document.markdown.starts_with("LEAD ")) << document.markdown;
  EXPECT_THAT(document.markdown, HasSubstr("the story itself."));
  EXPECT_THAT(document.markdown, Not(HasSubstr("NOISE")));
}

TEST(Article, ANameAloneDoesNotCostTheText) {
  std::string story;
  for (int i = 0; i < 6; ++i) story += "<p>" + kSentence;
  EXPECT_THAT(article_of("<body><div class=widget-menu-comment>" + story + "</div>").markdown, HasSubstr("the story itself."));
}

TEST(Article, WithoutOneTheWholePageIsShownAndSaidToBe) {
  const auto document = article_of("<body><ul><li><a href=/a>One</a><li><a href=/b>Two</a></ul>");
  EXPECT_THAT(document.markdown, HasSubstr("- [One](/a)"));
  EXPECT_EQ(document.note, "no main text was found; this is the whole page");
}

TEST(Metadata, FromAllItsSources) {
  auto meta = article_of(R"(<html lang=de><title>Site | T</title><meta property=og:title content=T><meta name=Author content=" A  B ">
    <meta property=article:published_time content=2024-05-06><meta property=og:site_name content=S><meta name=description content=D>)").metadata;
  EXPECT_EQ(meta.title, "T");
  EXPECT_EQ(meta.author, "A B");
  EXPECT_EQ(meta.date, "2024-05-06");
  EXPECT_EQ(meta.language, "de");
  EXPECT_EQ(meta.site, "S");
  EXPECT_EQ(meta.description, "D");
  meta = article_of(R"(<script type="application/ld+json">{"@graph": [{"@type": "Organization", "name": "O"},
    {"headline": "H", "author": [{"name": "A"}, {"name": "B"}], "datePublished": "2020"}]}</script><title>x</title>)").metadata;
  EXPECT_EQ(meta.title, "H");
  EXPECT_EQ(meta.author, "A, B");
  EXPECT_EQ(meta.date, "2020");
  meta = article_of(R"(<script type="application/ld+json">{"broken</script><h1>Only a heading</h1>)").metadata;
  EXPECT_EQ(meta.title, "Only a heading");
}

constexpr const char* kGuide =
    "# Guide\n\nIntroduction to all of it.\n\n## Installing\n\nRun the setup program, then restart.\n\n```sh\n# not a heading\n\n./setup\n```\n\n"
    "## Using\n\nOpen a window.\n\n### Printing\n\nThe printer has to be installed before.\n\n## Removing\n\nDelete the folder.\n";

TEST(Sections, OutlineIsTheTreeOfHeadings) {
  EXPECT_EQ(outline_of(kGuide, ""), "- Guide\n  - Installing\n  - Using\n    - Printing\n  - Removing\n");
  EXPECT_EQ(outline_of("# Page 1\n\n### A\n\nx\n\n# Page 2\n\n### B\n", "Page"), "- A (page 1)\n- B (page 2)\n");
  EXPECT_EQ(outline_of("no headings", ""), "");
}

TEST(Sections, PassagesKnowWhereTheyStand) {
  const auto passages = passages_of(kGuide, "");
  ASSERT_EQ(passages.size(), 5u);
  EXPECT_THAT(passages[1].path, ElementsAre("Guide", "Installing"));
  EXPECT_THAT(passages[1].text, HasSubstr("# not a heading\n\n./setup\n```\n")) << "code is never cut";
  EXPECT_THAT(passages[3].path, ElementsAre("Guide", "Using", "Printing"));
}

TEST(Sections, SnippetsAreRankedAndSayWhereTheyAre) {
  const auto snippets = snippets_of(kGuide, "How do I install it?", "");
  EXPECT_TRUE(snippets.starts_with("## 1. Guide > Installing\n\nRun the setup")) << snippets;
  EXPECT_THAT(snippets, HasSubstr("## 2. Guide > Using > Printing\n"));
  EXPECT_THAT(snippets, Not(HasSubstr("Delete the folder")));
  EXPECT_EQ(snippets_of(kGuide, "zebra", ""), "");
  EXPECT_THAT(snippets_of("# Page 7\n\nWhere zebras live.\n", "zebra", "Page"), HasSubstr("## 1. page 7\n"));
  EXPECT_THAT(snippets_of("\xE6\x9D\xB1\xE4\xBA\xAC\xE3\x81\xAF\xE9\x83\xBD\n", "\xE4\xBA\xAC", ""), HasSubstr("## 1\n"));
}

TEST(Pieces, AreCutBeforeHeadingsAndJoinToTheWhole) {
  std::string text, joined, cursor;
  for (int i = 0; i < 40; ++i) text += "## Part " + std::to_string(i) + "\n\n" + std::string(200, 'x') + "\n\n";
  do {
    const auto piece = piece_of(text, cursor, 200, 1 << 20);
    ASSERT_TRUE(piece.ok()) << piece.error().message;
    EXPECT_TRUE(piece->text.starts_with("## Part ")) << piece->text;
    EXPECT_LE(tokens_in(piece->text), 200);
    joined += piece->text;
    cursor = piece->next;
  } while (!cursor.empty());
  EXPECT_EQ(joined, text);
}

TEST(Pieces, CodeIsClosedAndOpenedAgain) {
  std::string text = "```py\n";
  for (int i = 0; i < 100; ++i) text += "line " + std::to_string(i) + "\n";
  const auto first = piece_of(text + "```\n", "", 60, 1 << 20);
  ASSERT_TRUE(first.ok());
  EXPECT_TRUE(first->text.ends_with("\n```\n")) << first->text;
  const auto second = piece_of(text + "```\n", first->next, 60, 1 << 20);
  ASSERT_TRUE(second.ok());
  EXPECT_TRUE(second->text.starts_with("```py\nline ")) << second->text;
}

TEST(Pieces, OneCharacterAtLeastAndNeverHalfOfOne) {
  std::string text, cursor;
  for (int i = 0; i < 300; ++i) text += "\xE6\x9D\xB1";
  const auto piece = piece_of(text, "", 50, 100);
  ASSERT_TRUE(piece.ok());
  EXPECT_EQ(piece->text.size(), 99u);
  EXPECT_FALSE(piece_of(text, "1-" + piece->next.substr(piece->next.find('-') + 1), 50, 100).ok()) << "within a character";
}

}  // namespace
}  // namespace doc_reader
