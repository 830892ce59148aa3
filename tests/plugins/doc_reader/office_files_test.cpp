// Files that other programs' writers have made: see write_files.py.
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reading.hpp"
#include "sections.hpp"

namespace doc_reader {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string file(const std::string& name) {
  std::ifstream in(COLLET_OFFICE_FILES "/" + name, std::ios::binary);
  EXPECT_TRUE(in.good()) << name << " is written by write_files.py";
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(OfficeFiles, ReportOfPythonDocx) {
  EXPECT_EQ(test::markdown_in(file("report.docx")),
            "# Report \\*2024\\*\n\n# First part\n\nPlain, **bold** and *slanted* and ~~gone~~ and `x = 1`.\n\nSee [the page](https://example.org/a?b=c&d=e) or this\n\n"
            "## Lists\n\n- one\n  - one and a half\n- two\n\n1. first\n2. second\n\nBetween.\n\n3. third\n\n"
            "## Table\n\n| Name | Count | Note |\n| --- | --- | --- |\n| a\\|b | 1 | x y |\n| c | 2 |  |\n\n> A quote.\n");
  const auto document = test::read_bytes(file("report.docx"), Extent::article);
  ASSERT_TRUE(document.ok());
  EXPECT_EQ(document->kind, Kind::docx);
  EXPECT_EQ(document->metadata.title, "The Report");
  EXPECT_EQ(document->metadata.author, "Ann Author");
  EXPECT_EQ(document->metadata.language, "en-GB");
  EXPECT_EQ(document->metadata.description, "About it");
  EXPECT_THAT(document->metadata.date, HasSubstr("2013-12-23T"));
  EXPECT_EQ(outline_of(document->markdown, ""), "- Report \\*2024\\*\n- First part\n  - Lists\n  - Table\n");
}

TEST(OfficeFiles, FeaturesOfPythonDocx) {
  const auto text = test::markdown_in(file("features.docx"));
  EXPECT_THAT(text, HasSubstr("# By outline level\n\n# By the style it is based on\n\n1. one\n   - (a) letter\n     - i. roman\n     - ii. roman again\n   - (b) next letter\n2. two\n"));
  EXPECT_THAT(text, HasSubstr("## 1 Numbered\n\n### 1.1 Below it\n\nKept inserted\n\nAround a box A drawn box\n\nIn the box\n\nA field: [linked](https://example.org/field).\n"));
  EXPECT_THAT(text, HasSubstr("A formula: `x^2(a+b)/c`\n\n```\ndef f():\n    return 1  # *not* a mark\n```\n\n| wide |  | c |\n| --- | --- | --- |\n| 0 | 1 | 2 |\n\nPage one\\\nnext line"));
  EXPECT_THAT(test::markdown_in(file("features.docx"), Extent::article), Not(HasSubstr("drawn box")));
}

TEST(OfficeFiles, DeckOfPythonPptx) {
  EXPECT_EQ(test::markdown_in(file("deck.pptx")),
            "# Slide 1\n\n## Welcome to all\n\nA subtitle\n\n### Notes\n\nSay hello.\n\n# Slide 2\n\n## Free\n\n[a page](https://example.org/x)\n\nno page\n\nIn a group\n\nA dot\n\n"
            "# Slide 3\n\n## Points\n\n- First\n  - Below\n    - Deeper\n- Second **in bold**\n\n# Slide 4\n\n## Table\n\n| Name | Sum |\n| --- | --- |\n| a\\|b | 1 |\n| wide |  |\n\n"
            "# Slide 5 (hidden)\n\n## Secret plan\n\n# Slide 6\n\n## Chart\n\nSales\n\n|  | North | South |\n| --- | --- | --- |\n| May | 1.5 | 3 |\n| June | 2 | 4 |\n");
  const auto document = test::read_bytes(file("deck.pptx"), Extent::article);
  ASSERT_TRUE(document.ok());
  EXPECT_EQ(document->kind, Kind::pptx);
  EXPECT_EQ(document->pages, 6);
  EXPECT_EQ(document->metadata.title, "The Deck");
  EXPECT_EQ(document->metadata.author, "Dora");
  EXPECT_EQ(document->note, "hidden slides are left out (1); mode full shows them");
  EXPECT_THAT(document->markdown, HasSubstr("# Slide 5 (hidden)\n\n# Slide 6\n"));
  EXPECT_THAT(document->markdown, Not(HasSubstr("A dot")));
  EXPECT_THAT(outline_of(document->markdown, page_word(document->kind)), HasSubstr("- Welcome to all (slide 1)\n  - Notes (slide 1)\n- Free (slide 2)\n"));
  EXPECT_THAT(snippets_of(document->markdown, "deeper", page_word(document->kind)), HasSubstr("## 1. Points, slide 3\n"));
}

TEST(OfficeFiles, WorkbookOfOpenpyxl) {
  const std::string sales =
      "## Sales & \\<more>\n\n| When | What | Sum | Share | Done |\n| --- | --- | --- | --- | --- |\n| 2024-05-06 | [a\\|b](https://example.org/cell) | 12.5 | 12.5% | TRUE |\n"
      "| 2024-05-06 13:45:00 | second line | 0.333333333333333 | 100.0% | FALSE |\n| 07:30:00 | =C2\\*2 | 0.3 |  | #N/A |\n| 27:30:00 |  |  |  |  |\n| after a gap |  |  |  |  |\n\n"
      "## Far\n\n| near |  |\n| --- | --- |\n|  | far |\n\n";
  EXPECT_EQ(test::markdown_in(file("workbook.xlsx")), sales + "## Secret (hidden)\n\n| hidden | sheet |\n| --- | --- |\n\n## Parts\n\n| r1 | b1 | c1 |\n| --- | --- | --- |\n"
                                                                "| r2 | b2 | c2 |\n| r3 | b3 | c3 |\n| r4 | b4 | c4 |\n");
  const auto document = test::read_bytes(file("workbook.xlsx"), Extent::article);
  ASSERT_TRUE(document.ok());
  EXPECT_EQ(document->markdown, sales + "## Secret (hidden)\n\n## Parts\n\n| r1 | c1 |\n| --- | --- |\n| r2 | c2 |\n| r4 | c4 |\n\n\\[1 hidden row]\n\n\\[1 hidden column]\n");
  EXPECT_EQ(document->kind, Kind::xlsx);
  EXPECT_EQ(document->metadata.title, "The Book");
  EXPECT_EQ(document->metadata.author, "Olga");
  EXPECT_EQ(document->note, "hidden sheets are left out (1); mode full shows them");
  EXPECT_EQ(outline_of(document->markdown, ""), "- Sales & \\<more>\n- Far\n- Secret (hidden)\n- Parts\n");
}

TEST(OfficeFiles, BookOfEbookLib) {
  const std::string one = "# One\n\nIt begins. See [outside](https://example.org/).\n\n", two = "# Chapter \\*two\\*\n\nPlain *text* and a way back.\n";
  EXPECT_EQ(test::markdown_in(file("book.epub"), Extent::article), one + two);
  const auto document = test::read_bytes(file("book.epub"));
  ASSERT_TRUE(document.ok());
  EXPECT_EQ(document->markdown, "## The Novel\n\n1. Chapter one\n2. Chapter \\*two\\*\n\n" + one + "A dot\n\n" + two);
  EXPECT_EQ(document->kind, Kind::epub);
  EXPECT_EQ(document->metadata.title, "The Novel");
  EXPECT_EQ(document->metadata.author, "Anne A., Bert B.");
  EXPECT_EQ(document->metadata.language, "fr");
  EXPECT_EQ(document->metadata.description, "About it");
  EXPECT_EQ(outline_of(document->markdown, ""), "- The Novel\n- One\n- Chapter \\*two\\*\n");
}

}  // namespace
}  // namespace doc_reader
