// PDFs in real boxes, through the real host.
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>

#include "base/text.hpp"
#include "collet/abi.h"
#include "pdf_files.hpp"
#include "plugins/real_boxes.hpp"

namespace collet::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class DocReaderBox : private Boxes, public PluginHostTest {
 protected:
  DocReaderBox() {
    settings_.sizes["standard-1x"] = config::SizeSettings{};
    load(COLLET_DOC_READER_FOLDER);
  }
  ~DocReaderBox() override {
    host_->shutdown();
    settle();
  }
  sandbox::Sandbox& box() override { return *box_; }
  void SetUp() override { ASSERT_EQ(box_->unavailable_reason(), ""); }

  std::string read(const std::string& pdf, Members more = {}, std::int64_t timeout_ms = 20'000) {
    plugin::CallFacts facts;
    facts.timeout_ms = timeout_ms;
    facts.size = "standard-1x";
    more.emplace_back("data", base::base64(pdf));
    more.emplace_back("mode", "full");
    const auto outcome = call("doc_reader", json::object(more).dump(), facts);
    return outcome.contents.empty() ? show(outcome) : outcome.contents[0].data;
  }
};

TEST_F(DocReaderBox, PagesHeadingsAndParagraphs) {
  const auto text = read(pdf_of({{{24, 72, 720, "A title"}, {11, 72, 680, "First line of the text,"}, {11, 72, 667, "and its second line."}}, {{11, 72, 720, "On the *second* page."}}}));
  EXPECT_THAT(text, HasSubstr("kind: PDF\npages: 2\n"));
  EXPECT_THAT(text, HasSubstr("# Page 1\n\n## A title\n\nFirst line of the text, and its second line.\n\n# Page 2\n\nOn the \\*second\\* page.\n"));
}

TEST_F(DocReaderBox, TablesByTheirColumns) {
  std::vector<PdfText> page = {{11, 72, 740, "Sales of the year in all of the shops that we have"}};
  const std::vector<std::vector<std::string>> rows = {{"Month", "Sold", "Left"}, {"May", "12", "30"}, {"June", "7", "23"}, {"July", "9", "14"}};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t j = 0; j < 3; ++j) page.push_back({11, 72 + 120 * static_cast<int>(j), 700 - 16 * static_cast<int>(i), rows[i][j]});
  }
  const auto text = read(pdf_of({page}));
  EXPECT_THAT(text, HasSubstr("in all of the shops that we have\n\n### Table 1\n\n| Month | Sold | Left |\n| --- | --- | --- |\n| May | 12 | 30 |\n| June | 7 | 23 |\n| July | 9 | 14 |\n"));
}

TEST_F(DocReaderBox, OnlyThePagesThatAreAskedFor) {
  const auto pdf = pdf_of({{{11, 72, 700, "one"}}, {{11, 72, 700, "two"}}, {{11, 72, 700, "three"}}});
  const auto text = read(pdf, {{"pages", "2"}});
  EXPECT_THAT(text, HasSubstr("# Page 2\n\ntwo\n"));
  EXPECT_THAT(text, Not(HasSubstr("one")));
  EXPECT_THAT(text, Not(HasSubstr("three")));
  EXPECT_THAT(read(pdf, {{"pages", "4-"}}), HasSubstr("/pages: the PDF has 3 pages, got 4"));
}

TEST_F(DocReaderBox, HonestErrors) {
  EXPECT_THAT(read(pdf_of({{}})), HasSubstr("this PDF has no text layer: its 1 pages are pictures"));
  EXPECT_THAT(read("%PDF-1.4\nnothing of a PDF follows"), HasSubstr("this PDF is damaged and could not be repaired"));
  EXPECT_THAT(read(encrypted_pdf()), HasSubstr("this PDF is encrypted and needs a password"));
}

TEST_F(DocReaderBox, ADamagedTableOfObjectsIsRepaired) {
  std::string pdf = pdf_of({{{11, 72, 700, "still here"}}});
  const auto objects = pdf.find("3 0 obj");
  pdf.insert(objects, "% what a broken upload has added\n");
  EXPECT_THAT(read(pdf), HasSubstr("still here"));
}

TEST_F(DocReaderBox, ABombStopsAtALimitThatIsNamed) {
  EXPECT_THAT(read(form_bomb_pdf(), {}, 2'000), ::testing::AnyOf(HasSubstr("pdf_text_bytes_max = "), HasSubstr("pdf_ms_max = "), HasSubstr("more memory than")));
}

}  // namespace
}  // namespace collet::test
