// Pieces of workbooks and what they become; numbers as their formats show them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "office/number_format.hpp"
#include "reading.hpp"
#include "zip_files.hpp"

namespace doc_reader {
namespace {

using ::testing::HasSubstr;
using test::markdown_in;
using test::xlsx_parts;
using test::zip_of;

struct Shown {
  const char *number, *code, *text;
  bool from_1904 = false;
};
std::ostream& operator<<(std::ostream& out, const Shown& shown) { return out << shown.number << " as " << shown.code; }

class Numbers : public ::testing::TestWithParam<Shown> {};

TEST_P(Numbers, AsTheirFormatMeansThem) {
  const auto& [number, code, text, from_1904] = GetParam();
  EXPECT_EQ(shown_number(number, format_of_code(code), from_1904), text);
}

INSTANTIATE_TEST_SUITE_P(
    Formats, Numbers,
    ::testing::Values(Shown{"45418", "dd/mm/yyyy", "2024-05-06"}, Shown{"45418.5", "m/d/yy h:mm", "2024-05-06 12:00:00"}, Shown{"0.25", "h:mm AM/PM", "06:00:00"},
                      Shown{"1.5", "[h]:mm:ss", "36:00:00"}, Shown{"1.5", "[Red]0.00", "1.5"}, Shown{"1.5", "\"day\" 0", "1.5"}, Shown{"1.5", "0\\d", "1.5"}, Shown{"1.5", "General", "1.5"},
                      Shown{"1", "yyyy-mm-dd", "1900-01-01"}, Shown{"59", "yyyy", "1900-02-28"}, Shown{"61", "yyyy", "1900-03-01"}, Shown{"0", "yyyy", "1904-01-01", true},
                      Shown{"43956", "d-mmm-yy", "2024-05-06", true}, Shown{"45418.99999999", "d.m.yyyy hh:mm", "2024-05-07 00:00:00"}, Shown{"45418", "[$-407]mmmm", "2024-05-06"},
                      Shown{"0.125", "0.0%", "12.5%"}, Shown{"2", "0%", "200%"}, Shown{"-5", "d/m/y", "-5"}, Shown{"99999999999", "d/m/y", "99999999999"}, Shown{"1e400", "d", "1e400"},
                      Shown{"nan", "0", "nan"}, Shown{"text", "d", "text"}, Shown{"0.30000000000000004", "0", "0.3"}, Shown{"12345678901234", "0", "12345678901234"}, Shown{"1", "\"open", "1"},
                      Shown{"1", "[open", "1"}, Shown{"1", "\\", "1"}));

std::string sheet(const std::string& rows) { return "<sheetData>" + rows + "</sheetData>"; }
std::string in_line(const std::string& text) { return "<c t='inlineStr'><is><t>" + text + "</t></is></c>"; }

TEST(Xlsx, TextsOfAllSorts) {
  const std::string strings = "<si><t>plain_x000D__x0041_ _x00_</t></si><si><r><t>two </t></r><r><rPr/><t>runs</t></r><rPh><t>kana</t></rPh></si>";
  const std::string rows = "<row><c t='s'><v>0</v></c><c t='s'><v>1</v></c><c t='s'><v>7</v></c></row><row>" + in_line("*in*") + "<c t='str'><f>A1</f><v>result</v></c><c><f>B1+1</f></c></row>";
  EXPECT_EQ(markdown_in(zip_of(xlsx_parts({{"S", sheet(rows)}}, "", strings))), "## S\n\n| plain A \\_x00\\_ | two runs |  |\n| --- | --- | --- |\n| \\*in\\* | result | =B1+1 |\n");
}

TEST(Xlsx, StylesTellDatesFromNumbers) {
  const std::string styles = "<numFmts><numFmt numFmtId='164' formatCode='yyyy'/></numFmts><cellXfs><xf numFmtId='0'/><xf numFmtId='14'/><xf numFmtId='164'/><xf numFmtId='10'/></cellXfs>";
  const std::string row = "<row><c s='0'><v>45418</v></c><c s='1'><v>45418</v></c><c s='2'><v>45418</v></c><c s='3'><v>0.5</v></c><c s='99'><v>1</v></c><c t='b'><v>1</v></c><c t='d'><v>2024-05-06</v></c></row>";
  EXPECT_THAT(markdown_in(zip_of(xlsx_parts({{"S", sheet(row)}}, styles))), HasSubstr("| 45418 | 2024-05-06 | 2024-05-06 | 50.00% | 1 | TRUE | 2024-05-06 |"));
  EXPECT_THAT(markdown_in(zip_of(xlsx_parts({{"S", sheet(row)}}, styles, "", "<workbookPr date1904='1'/>"))), HasSubstr("| 2028-05-07 |"));
}

TEST(Xlsx, WhatIsLeftOutIsCounted) {
  std::string rows;
  for (int i = 0; i < 10; ++i) rows += "<row>" + in_line("a") + in_line("b") + in_line("c") + "</row>";
  Limits limits;
  limits.table_cells_max = 9;
  limits.table_columns_max = 2;
  EXPECT_EQ(markdown_in(zip_of(xlsx_parts({{"S", sheet(rows)}})), Extent::whole, limits),
            "## S\n\n| a | b |\n| --- | --- |\n| a | b |\n| a | b |\n\n\\[7 more rows]\n\n\\[1 more column]\n");
  EXPECT_EQ(markdown_in(zip_of(xlsx_parts({{"S", sheet("")}}))), "## S\n");
}

TEST(Xlsx, PlacesThatLieCostNothing) {
  const std::string rows = "<row r='1048576'><c r='XFD1048576'><v>1</v></c><c r='ZZZZZZZZ1'><v>2</v></c><c r='!'><v>3</v></c></row><row r='-4'><c r='A1'><v>4</v></c></row>";
  std::string columns;
  for (int i = 0; i < 20'000; ++i) columns += "<col min='1' max='16384' hidden='1'/>";
  EXPECT_EQ(markdown_in(zip_of(xlsx_parts({{"S", "<cols>" + columns + "</cols>" + sheet(rows)}}))), "## S\n\n|  | 1 | 2 |\n| --- | --- | --- |\n| 4 |  |  |\n");
}

TEST(Xlsx, LinksOfCells) {
  auto parts = xlsx_parts({{"S", sheet("<row r='2'><c r='B2'><v>1</v></c><c r='C2'><v>2</v></c></row>") + "<hyperlinks><hyperlink ref='B2' r:id='ok'/><hyperlink ref='C2' r:id='js'/></hyperlinks>"}});
  parts.push_back(test::relations_file("xl/_rels/sheet1.xml.rels", {{"ok", "hyperlink", "https://a.org", true}, {"js", "hyperlink", "javascript:evil()", true}}));
  EXPECT_EQ(markdown_in(zip_of(parts)), "## S\n\n| [1](https://a.org) | 2 |\n| --- | --- |\n");
}

TEST(Xlsx, SharedTextsAreBounded) {
  std::string strings;
  for (int i = 0; i < 5'000; ++i) strings += "<si/>";
  Limits limits;
  limits.parse_memory_bytes_max = 100'000;
  EXPECT_THAT(markdown_in(zip_of(xlsx_parts({{"S", sheet("")}}, "", strings)), Extent::whole, limits), HasSubstr("the workbook's texts need more than parse_memory_bytes_max = 100000"));
  // One long text in many cells.
  std::string rows;
  for (int i = 0; i < 2'000; ++i) rows += "<row><c t='s'><v>0</v></c></row>";
  EXPECT_THAT(markdown_in(zip_of(xlsx_parts({{"S", sheet(rows)}}, "", "<si><t>" + std::string(50'000, 'x') + "</t></si>")), Extent::whole, limits), HasSubstr("parse_memory_bytes_max"));
}

TEST(Xlsx, OthersSayWhatTheyAre) {
  EXPECT_EQ(markdown_in(zip_of(test::office_parts("xl/workbook.bin", "ms-excel.sheet.binary.macroEnabled", "x"))), "error: the document is a binary workbook (.xlsb), which is not read; save it as .xlsx");
  EXPECT_THAT(markdown_in(zip_of({{"mimetype", "application/vnd.oasis.opendocument.text"}, {"content.xml", "<x/>"}})), HasSubstr("is an OpenDocument file (.odt, .ods, .odp), which is not read"));
}

}  // namespace
}  // namespace doc_reader
