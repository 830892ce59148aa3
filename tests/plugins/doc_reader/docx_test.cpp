// Pieces of WordprocessingML and what they become.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reading.hpp"
#include "zip_files.hpp"

namespace doc_reader {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using test::markdown_in;
using test::zip_of;

std::string p(const std::string& content) { return "<w:p>" + content + "</w:p>"; }
std::string r(const std::string& text, const std::string& look = "") { return "<w:r><w:rPr>" + look + "</w:rPr><w:t>" + text + "</w:t></w:r>"; }
std::string styled(const std::string& style, const std::string& text) { return p("<w:pPr><w:pStyle w:val='" + style + "'/></w:pPr>" + r(text)); }
std::string item(int list, int level, const std::string& text) {
  return p("<w:pPr><w:numPr><w:ilvl w:val='" + std::to_string(level) + "'/><w:numId w:val='" + std::to_string(list) + "'/></w:numPr></w:pPr>" + r(text));
}

constexpr const char* kStyles =
    "<w:style w:type='paragraph' w:default='1' w:styleId='Standard'><w:name w:val='Normal'/></w:style>"
    "<w:style w:type='paragraph' w:styleId='berschrift2'><w:name w:val='heading 2'/><w:basedOn w:val='Standard'/></w:style>"
    "<w:style w:type='paragraph' w:styleId='Loop'><w:name w:val='loop'/><w:basedOn w:val='Loop'/></w:style>"
    "<w:style w:type='paragraph' w:styleId='Secret'><w:name w:val='secret'/><w:rPr><w:vanish/></w:rPr></w:style>"
    "<w:style w:type='paragraph' w:styleId='Contents1'><w:name w:val='toc 1'/></w:style>"
    "<w:style w:type='character' w:styleId='Strong'><w:name w:val='Strong'/><w:rPr><w:b/></w:rPr></w:style>";

constexpr const char* kNumbering =
    "<w:abstractNum w:abstractNumId='0'><w:lvl w:ilvl='0'><w:numFmt w:val='bullet'/></w:lvl><w:lvl w:ilvl='1'><w:numFmt w:val='bullet'/></w:lvl></w:abstractNum>"
    "<w:abstractNum w:abstractNumId='1'><w:lvl w:ilvl='0'><w:start w:val='4'/><w:numFmt w:val='decimal'/><w:lvlText w:val='%1)'/></w:lvl></w:abstractNum>"
    "<w:abstractNum w:abstractNumId='2'><w:lvl w:ilvl='0'><w:numFmt w:val='bullet'/><w:lvlText w:val=' '/></w:lvl></w:abstractNum>"
    "<w:abstractNum w:abstractNumId='3'><w:lvl w:ilvl='0'><w:numFmt w:val='bullet'/><w:lvlText w:val='o'/></w:lvl></w:abstractNum>"
    "<w:abstractNum w:abstractNumId='4'><w:lvl w:ilvl='0'><w:lvlText w:val='%1.'/></w:lvl><w:lvl w:ilvl='1'><w:lvlText w:val='%1.%2'/></w:lvl></w:abstractNum>"
    "<w:num w:numId='4'><w:abstractNumId w:val='3'/></w:num><w:num w:numId='5'><w:abstractNumId w:val='2'/></w:num><w:num w:numId='6'><w:abstractNumId w:val='4'/></w:num>"
    "<w:num w:numId='7'><w:abstractNumId w:val='4'/><w:lvlOverride w:ilvl='0'><w:startOverride w:val='1'/></w:lvlOverride><w:lvlOverride w:ilvl='1'><w:startOverride w:val='1'/></w:lvlOverride></w:num>"
    "<w:num w:numId='1'><w:abstractNumId w:val='0'/></w:num><w:num w:numId='2'><w:abstractNumId w:val='1'/></w:num>"
    "<w:num w:numId='3'><w:abstractNumId w:val='1'/><w:lvlOverride w:ilvl='0'><w:startOverride w:val='1'/></w:lvlOverride></w:num>";

std::string docx(const std::string& body) {
  const std::string space = " xmlns:w='" + std::string(test::kOffice) + "wordprocessingml/2006/main'>";
  auto parts = test::docx_parts(body);
  parts.push_back({"word/styles.xml", "<w:styles" + space + kStyles + "</w:styles>"});
  parts.push_back({"word/numbering.xml", "<w:numbering" + space + kNumbering + "</w:numbering>"});
  parts.push_back({"word/footnotes.xml", "<w:footnotes" + space + "<w:footnote w:id='-1' w:type='separator'>" + p("") + "</w:footnote><w:footnote w:id='7'>" + p(r("The note.")) + "</w:footnote></w:footnotes>"});
  parts.push_back(test::relations_file("word/_rels/document.xml.rels", {{"s", "styles", "styles.xml"}, {"n", "numbering", "/word/numbering.xml"}, {"f", "footnotes", "footnotes.xml"},
                                                                        {"ok", "hyperlink", "https://a.org/", true}, {"js", "hyperlink", "JavaScript:evil()", true},
                                                                        {"file", "hyperlink", "file:///etc/passwd", true}}));
  return zip_of(parts);
}

struct Case {
  std::string body, markdown;
};
std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.body; }

class Docx : public ::testing::TestWithParam<Case> {};

TEST_P(Docx, BecomesMarkdownThatParsesBack) { EXPECT_EQ(markdown_in(docx(GetParam().body)), GetParam().markdown); }

INSTANTIATE_TEST_SUITE_P(
    Blocks, Docx,
    ::testing::Values(
        Case{styled("berschrift2", "H"), "## H\n"}, Case{styled("Loop", "x"), "x\n"}, Case{styled("NoSuchStyle", "x"), "x\n"}, Case{styled("Heading3", "latent"), "### latent\n"},
        Case{p("<w:pPr><w:outlineLvl w:val='3'/></w:pPr>" + r("direct")), "#### direct\n"},
        Case{item(1, 0, "a") + item(1, 1, "b") + item(1, 0, "c"), "- a\n  - b\n- c\n"}, Case{item(1, 1, "deep first") + item(1, 0, "then out"), "- deep first\n\n+ then out\n"},
        Case{item(1, 0, "a") + item(4, 0, "other bullet") + item(5, 0, "goes on") + item(1, 0, "b"), "- a\n- other bullet\n\n  goes on\n- b\n"},
        Case{item(6, 0, "a") + item(6, 1, "b") + item(6, 0, "c") + item(7, 1, "d") + item(7, 1, "e"), "1. a\n   - 1.1 b\n2. c\n   - 2.1 d\n   - 2.2 e\n"},
        Case{p("<w:pPr><w:framePr w:dropCap='drop'/></w:pPr>" + r("D")) + p(r("rop")), "Drop\n"},
        Case{item(2, 0, "a") + item(2, 0, "b") + p(r("x")) + item(2, 0, "c"), "4. a\n5. b\n\nx\n\n6. c\n"}, Case{item(2, 0, "a") + p(r("x")) + item(3, 0, "b"), "4. a\n\nx\n\n1. b\n"},
        Case{item(1, 0, "a") + p("<w:pPr><w:ind w:left='720'/></w:pPr>" + r("goes on")) + item(1, 0, "b"), "- a\n\n  goes on\n- b\n"}, Case{item(99, 0, "no such list"), "no such list\n"},
        Case{"<w:tbl><w:tr><w:tc><w:tcPr><w:vMerge w:val='restart'/></w:tcPr>" + p(r("a")) + "</w:tc><w:tc>" + p(r("b")) + "</w:tc></w:tr><w:tr><w:tc><w:tcPr><w:vMerge/></w:tcPr>" +
                 p(r("not shown")) + "</w:tc><w:tc>" + p(r("c|")) + p(r("d")) + "</w:tc></w:tr></w:tbl>",
             "|  |  |\n| --- | --- |\n| a | b |\n|  | c\\| d |\n"},
        Case{"<w:tbl><w:tblPr><w:tblLook w:val='0020'/></w:tblPr><w:tr><w:tc>" + p(r("h")) + "</w:tc><w:tc>" + p(r("i")) + "</w:tc></w:tr><w:tr><w:trPr><w:del/></w:trPr><w:tc>" + p(r("gone")) +
                 "</w:tc></w:tr><w:tr><w:tc><w:tcPr><w:gridSpan w:val='2'/></w:tcPr>" + p(r("wide")) + "</w:tc></w:tr></w:tbl>",
             "| h | i |\n| --- | --- |\n| wide |  |\n"},
        Case{"<w:sdt><w:sdtContent>" + p(r("in a control")) + "</w:sdtContent></w:sdt>", "in a control\n"}, Case{"<w:ins>" + p(r("a")) + "</w:ins><w:moveFrom>" + p(r("b")) + "</w:moveFrom>", "a\n"}));

INSTANTIATE_TEST_SUITE_P(
    Runs, Docx,
    ::testing::Values(
        Case{p(r("a", "<w:b/>") + r("b", "<w:b w:val='1'/>") + r(" c", "<w:b w:val='0'/>")), "**ab** c\n"}, Case{p(r("a", "<w:rStyle w:val='Strong'/>") + r(" b", "<w:rStyle w:val='Strong'/><w:b w:val='false'/>")), "**a** b\n"},
        Case{p("<w:hyperlink r:id='ok'>" + r("link") + "</w:hyperlink>" + r(" ") + "<w:hyperlink r:id='js'>" + r("no") + "</w:hyperlink><w:hyperlink r:id='file'>" + r("nor") + "</w:hyperlink>"), "[link](https://a.org/) nonor\n"},
        Case{p("<w:fldSimple w:instr=' HYPERLINK \"https://b.org\" '>" + r("f") + "</w:fldSimple><w:fldSimple w:instr='HYPERLINK \"vbscript:evil\"'>" + r("g") + "</w:fldSimple>"), "[f](https://b.org)g\n"},
        Case{p("<w:r><w:fldChar w:fldCharType='begin'/><w:instrText>PAGE</w:instrText></w:r>" + r("not shown") + "<w:r><w:fldChar w:fldCharType='separate'/></w:r>" + r("3") + "<w:r><w:fldChar w:fldCharType='end'/></w:r>" + r(" x")), "3 x\n"},
        Case{p(r("a") + "<w:r><w:fldChar w:fldCharType='end'/></w:r>") + p("<w:r><w:fldChar w:fldCharType='separate'/></w:r>" + r("b")), "a\n\nb\n"},
        Case{p(r("x") + "<w:r><w:footnoteReference w:id='7'/></w:r>" + r(" y")), "x\\[^1] y\n\n\\[^1]: The note.\n"},
        Case{p("<w:del>" + r("gone") + "</w:del><w:ins>" + r("new") + "</w:ins>"), "new\n"}, Case{styled("Secret", "unseen") + p(r("seen") + r(" unseen", "<w:vanish/>")), "seen\n"},
        Case{p("<w:r><w:t>a</w:t><w:br/><w:t>b</w:t><w:tab/><w:t>c</w:t><w:noBreakHyphen/><w:sym w:char='03B1'/><w:sym w:char='F0B7'/><w:sym w:font='Wingdings' w:char='00DA'/></w:r>"), "a\\\nb c-\xCE\xB1\n"},
        Case{p("<w:r><w:drawing><wp:docPr hidden='1' descr='unseen'/><w:txbxContent>" + p(r("unseen")) + "</w:txbxContent></w:drawing><w:drawing><wp:docPr descr='alt'/></w:drawing></w:r>"), "alt\n"},
        Case{p("<w:r><w:ruby><w:rt>" + r("kana") + "</w:rt><w:rubyBase>" + r("kanji") + "</w:rubyBase></w:ruby></w:r>"), "kanji\n"},
        Case{p("<mc:AlternateContent><mc:Choice>" + r("one") + "</mc:Choice><mc:Fallback>" + r("two") + "</mc:Fallback></mc:AlternateContent>"), "one\n"},
        Case{p(r("# no *marks* [x](y) &lt;b&gt;")), "\\# no \\*marks\\* \\[x](y) \\<b>\n"}));

TEST(DocxParts, ThoseOfTheStrictEditionAreTheSame) {
  auto parts = test::docx_parts("");
  parts[2].content = "<w:document xmlns:w='http://purl.oclc.org/ooxml/wordprocessingml/main'><w:body>" + p(r("strict")) + "</w:body></w:document>";
  EXPECT_EQ(markdown_in(zip_of(parts)), "strict\n");
}

TEST(DocxParts, TheTableOfContentsIsNoPartOfTheText) {
  const std::string body = "<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val='Table of Contents'/></w:docPartObj></w:sdtPr><w:sdtContent>" + p(r("One 1")) +
                           "</w:sdtContent></w:sdt>" + styled("Contents1", "Two 2") + p(r("Text"));
  EXPECT_EQ(markdown_in(docx(body), Extent::article), "Text\n");
  EXPECT_EQ(markdown_in(docx(body)), "One 1\n\nTwo 2\n\nText\n");
}

TEST(DocxParts, WhatIsMissingIsNamed) {
  auto parts = test::docx_parts(p(r("x")));
  parts.push_back(test::relations_file("word/_rels/document.xml.rels", {{"s", "styles", "nowhere.xml"}}));
  EXPECT_EQ(markdown_in(zip_of(parts)), "x\n") << "styles are not needed to read it";
  parts.erase(parts.begin() + 2);
  EXPECT_THAT(markdown_in(zip_of(parts)), HasSubstr("error: the document is damaged: its archive has no \"word/document.xml\""));
}

TEST(DocxParts, NestingIsFlattenedNotLost) {
  std::string deep, end;
  for (int i = 0; i < 30; ++i) deep += "<w:tbl><w:tr><w:tc>", end += "</w:tc></w:tr></w:tbl>";
  EXPECT_EQ(markdown_in(docx(deep + p(r("bottom")) + end)), "bottom\n");
}

}  // namespace
}  // namespace doc_reader
