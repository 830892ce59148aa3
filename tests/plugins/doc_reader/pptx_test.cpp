// Pieces of slides and what they become.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reading.hpp"
#include "zip_files.hpp"

namespace doc_reader {
namespace {

using ::testing::HasSubstr;
using test::markdown_in;
using test::pptx_parts;
using test::zip_of;

std::string p(const std::string& text, const std::string& look = "") { return "<a:p><a:pPr " + look + "/><a:r><a:t>" + text + "</a:t></a:r></a:p>"; }
std::string bullet(const std::string& text, const std::string& sign) { return "<a:p><a:pPr><a:" + sign + "/></a:pPr><a:r><a:t>" + text + "</a:t></a:r></a:p>"; }
std::string shape(const std::string& place, const std::string& text, const std::string& more = "") {
  return "<p:sp><p:nvSpPr><p:cNvPr id='1' name='n' " + more + "/><p:nvPr>" + (place.empty() ? "" : "<p:ph type='" + place + "'/>") + "</p:nvPr></p:nvSpPr><p:txBody>" + text + "</p:txBody></p:sp>";
}

struct Case {
  std::string shapes, markdown;
};
std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.shapes; }

class Pptx : public ::testing::TestWithParam<Case> {};

TEST_P(Pptx, BecomesMarkdownThatParsesBack) { EXPECT_EQ(markdown_in(zip_of(pptx_parts({GetParam().shapes}))), "# Slide 1\n" + GetParam().markdown); }

INSTANTIATE_TEST_SUITE_P(
    Shapes, Pptx,
    ::testing::Values(
        Case{shape("body", p("text")) + shape("title", p("T")), "\n## T\n\n- text\n"}, Case{shape("title", p("a") + p("*b*")), "\n## a \\*b\\*\n"},
        Case{shape("sldNum", p("7")) + shape("ftr", p("foot")) + shape("dt", p("today")), ""}, Case{shape("", p("gone"), "hidden='1'") + shape("", p("seen")), "\nseen\n"},
        Case{shape("", p("plain") + bullet("one", "buChar char='x'") + bullet("two", "buChar char='x'")), "\nplain\n\n- one\n- two\n"},
        Case{shape("body", bullet("no sign", "buNone") + p("sign")), "\nno sign\n\n- sign\n"},
        Case{shape("", bullet("a", "buAutoNum type='arabicPeriod' startAt='3'") + bullet("b", "buAutoNum type='arabicPeriod' startAt='3'")), "\n3. a\n4. b\n"},
        Case{shape("body", p("a") + p("b", "lvl='1'") + p("c", "lvl='8'") + p("d")), "\n- a\n  - b\n    - c\n- d\n"},
        Case{"<p:grpSp><p:nvGrpSpPr><p:cNvPr hidden='1'/></p:nvGrpSpPr>" + shape("", p("gone")) + "</p:grpSp><p:grpSp>" + shape("", p("kept")) + "</p:grpSp>", "\nkept\n"},
        Case{shape("", "<a:p><a:r><a:rPr b='1' i='1'/><a:t>x</a:t></a:r><a:br/><a:r><a:rPr strike='sngStrike'/><a:t>y</a:t></a:r></a:p>"), "\n***x***\\\n~~y~~\n"},
        Case{"<p:graphicFrame><a:graphic><a:graphicData><a:tbl><a:tblPr firstRow='1'/><a:tr><a:tc gridSpan='2'><a:txBody>" + p("w") + "</a:txBody></a:tc><a:tc hMerge='1'/></a:tr><a:tr><a:tc><a:txBody>" +
                 p("1") + "</a:txBody></a:tc><a:tc vMerge='1'><a:txBody>" + p("covered") + "</a:txBody></a:tc></a:tr></a:tbl></a:graphicData></a:graphic></p:graphicFrame>",
             "\n| w |  |\n| --- | --- |\n| 1 |  |\n"}));

TEST(PptxParts, OnlyTheSlidesThatAreAskedFor) {
  Source source;
  source.bytes = zip_of(pptx_parts({shape("", p("one")), shape("", p("two")), shape("", p("three"))}));
  const auto read = [&](PageRange pages) {
    const auto document = read_document(source, Extent::whole, {}, pages);
    return document ? document->markdown : "error: " + document.error().message;
  };
  EXPECT_EQ(read({2, 2}), "# Slide 2\n\ntwo\n");
  EXPECT_EQ(read({2, 0}), "# Slide 2\n\ntwo\n\n# Slide 3\n\nthree\n");
  EXPECT_EQ(read({4, 9}), "error: /pages: the presentation has 3 slides, got 4");
}

TEST(PptxParts, OnesWithoutATitleGoByTheirFirstSlides) {
  const auto document = test::read_bytes(zip_of(pptx_parts({shape("", p("x")), shape("title", p("The *first*"))})));
  ASSERT_TRUE(document.ok());
  EXPECT_EQ(document->metadata.title, "The *first*");
}

TEST(PptxParts, SlidesThatAreNotThereAreNamed) {
  auto parts = pptx_parts({shape("", p("one"))});
  parts.pop_back();
  EXPECT_EQ(markdown_in(zip_of(parts)), "error: the document is damaged: its archive has no \"ppt/slides/slide1.xml\"");
}

TEST(PptxParts, OneSlideShownAThousandTimesCountsAThousandTimes) {
  auto parts = pptx_parts({shape("", p(std::string(100'000, 'x')))});
  std::string& xml = parts[2].content;
  const std::string id = "<p:sldId r:id='s1'/>";
  std::string many;
  for (int i = 0; i < 1'000; ++i) many += id;
  xml.replace(xml.find(id), id.size(), many);
  Limits limits;
  limits.zip_bytes_max = 10 << 20;
  EXPECT_THAT(markdown_in(zip_of(parts), Extent::whole, limits), HasSubstr("the document unpacks to more than zip_bytes_max = 10485760"));
}

TEST(PptxParts, ChartsAndDiagramsAreRead) {
  auto parts = pptx_parts({"<p:graphicFrame><a:graphic><a:graphicData><c:chart xmlns:c='" + std::string(test::kOffice) + "drawingml/2006/chart' r:id='c'/></a:graphicData></a:graphic></p:graphicFrame>" +
                           "<p:graphicFrame><a:graphic><a:graphicData><d:relIds xmlns:d='" + test::kOffice + "drawingml/2006/diagram' r:dm='d'/></a:graphicData></a:graphic></p:graphicFrame>"});
  const std::string spaces = " xmlns:c='" + std::string(test::kOffice) + "drawingml/2006/chart' xmlns:d='" + test::kOffice + "drawingml/2006/diagram' xmlns:a='" + test::kOffice + "drawingml/2006/main'>";
  parts.push_back(test::relations_file("ppt/slides/_rels/slide1.xml.rels", {{"c", "chart", "../charts/c.xml"}, {"d", "diagramData", "../d.xml"}}));
  parts.push_back({"ppt/charts/c.xml", "<c:chartSpace" + spaces + "<c:ser><c:tx><c:v>S</c:v></c:tx><c:cat><c:pt idx='1'><c:v>b</c:v></c:pt></c:cat><c:val><c:pt idx='0'><c:v>1</c:v></c:pt>" +
                                           "<c:pt idx='1'><c:v>2</c:v></c:pt></c:val></c:ser></c:chartSpace>"});
  parts.push_back({"ppt/d.xml", "<d:dataModel" + spaces + "<d:ptLst><d:pt><d:t>" + p("one") + "</d:t></d:pt><d:pt/><d:pt><d:t>" + p("two") + "</d:t></d:pt></d:ptLst></d:dataModel>"});
  EXPECT_EQ(markdown_in(zip_of(parts)), "# Slide 1\n\n|  | S |\n| --- | --- |\n|  | 1 |\n| b | 2 |\n\n- one\n- two\n");
}

}  // namespace
}  // namespace doc_reader
