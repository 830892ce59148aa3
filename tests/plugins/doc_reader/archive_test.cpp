// Archives that lie, are broken, or unpack to too much.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "archive.hpp"
#include "reading.hpp"
#include "zip_files.hpp"

namespace doc_reader {
namespace {

using ::testing::AnyOf;
using ::testing::Eq;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using test::markdown_in;
using test::zip_of;
using test::ZipEntry;

std::string read(const std::string& bytes, std::string_view name, const Limits& limits = {}) {
  auto archive = Archive::open(bytes, limits);
  if (!archive) return "error: " + archive.error().message;
  auto content = archive->read(name);
  return content ? *content : "error: " + content.error().message;
}

TEST(Archive, ReadsStoredAndDeflatedEntriesByName) {
  const auto bytes = zip_of({{"a/b.xml", "stored"}, {"c.xml", std::string(9'000, 'x'), true}, {"\\win\\d.xml", "back"}});
  EXPECT_EQ(read(bytes, "a/b.xml"), "stored");
  EXPECT_EQ(read(bytes, "/A/B.XML"), "stored");
  EXPECT_EQ(read(bytes, "c.xml"), std::string(9'000, 'x'));
  EXPECT_EQ(read(bytes, "win/d.xml"), "back");
  EXPECT_THAT(read(bytes, "none"), HasSubstr("its archive has no \"none\""));
}

TEST(Archive, NamesAreNoPaths) {
  const auto bytes = zip_of({{"../../etc/passwd", "mine"}, {"/abs", "root"}, {std::string("nul\0x", 5), "z"}});
  EXPECT_EQ(read(bytes, "../../etc/passwd"), "mine");
  EXPECT_EQ(read(bytes, "abs"), "root");
  EXPECT_THAT(read(bytes, "etc/passwd"), HasSubstr("has no"));
}

TEST(Archive, EachLimitIsNamedWithItsValueAndOption) {
  const std::string bomb(3 << 20, '\0');
  Limits limits;
  limits.zip_entries_max = 2;
  EXPECT_THAT(read(zip_of({{"a", ""}, {"b", ""}, {"c", ""}}), "a", limits), HasSubstr("has more than zip_entries_max = 2; ask for a smaller document, or have this option of doc_reader raised"));
  limits = {};
  limits.zip_entry_bytes_max = 1'000;
  EXPECT_THAT(read(zip_of({{"a", bomb, true}}), "a", limits), HasSubstr("\"a\" in the document unpacks to more than zip_entry_bytes_max = 1000"));
  limits = {};
  limits.zip_ratio_max = 100;
  EXPECT_THAT(read(zip_of({{"a", bomb, true}}), "a", limits), HasSubstr("zip_ratio_max = 100"));
  limits = {};
  limits.zip_ms_max = -1;
  EXPECT_THAT(read(zip_of({{"a", "x"}}), "a", limits), HasSubstr("reading the document takes more than zip_ms_max = -1"));
  limits = {};
  limits.zip_bytes_max = 10;
  const auto bytes = zip_of({{"a", "12345678"}});
  auto archive = Archive::open(bytes, limits);
  ASSERT_TRUE(archive.ok());
  EXPECT_TRUE(archive->read("a").ok());
  const auto again = archive->read("a");
  ASSERT_FALSE(again.ok()) << "what is read twice counts twice";
  EXPECT_THAT(again.error().message, HasSubstr("zip_bytes_max = 10"));
}

TEST(Archive, LiesAboutSizesGetTheTruthOrAnError) {
  const std::string text(5'000, 'y');
  const auto truth_or_error = AnyOf(HasSubstr("damaged"), Eq(text));
  for (const bool is_deflated : {false, true}) {
    ZipEntry entry{"a", text, is_deflated};
    entry.claimed_size = 10;
    EXPECT_THAT(read(zip_of({entry}), "a"), truth_or_error) << is_deflated;
    entry.claimed_size = 0xFFFFFFF0;
    EXPECT_THAT(read(zip_of({entry}), "a"), truth_or_error) << is_deflated;
    entry.claimed_size = 0;
    entry.claimed_packed_size = 0x7FFFFFFF;
    EXPECT_THAT(read(zip_of({entry}), "a"), truth_or_error) << is_deflated;
    entry.claimed_packed_size = 3;
    EXPECT_THAT(read(zip_of({entry}), "a"), HasSubstr("damaged")) << is_deflated;
    entry.claimed_packed_size = 0;
    entry.claimed_crc = 1;
    EXPECT_THAT(read(zip_of({entry}), "a"), HasSubstr("damaged")) << is_deflated;
  }
}

TEST(Archive, DirectoriesThatLieAreFound) {
  EXPECT_THAT(read(zip_of({{"a", "x"}}, {.claimed_entries = 7}), "a"), HasSubstr("damaged"));
  EXPECT_THAT(read(zip_of({{"a", "x"}}, {.claimed_offset = 0x7FFFFFF0}), "a"), HasSubstr("damaged"));
  // 0xFFFF and 0xFFFFFFFF say that the true number stands in a record that is not there.
  EXPECT_THAT(read(zip_of({{"a", "x"}}, {.claimed_entries = 0xFFFF, .claimed_offset = 0xFFFFFFFF}), "a"), HasSubstr("damaged"));
  ZipEntry entry{"a", "x"};
  entry.claimed_packed_size = entry.claimed_size = 0xFFFFFFFF;
  EXPECT_THAT(read(zip_of({entry}), "a"), HasSubstr("damaged"));
}

TEST(Archive, TwoOfANameAreRefused) {
  EXPECT_THAT(read(zip_of({{"a", "1"}, {"A", "2"}, {"b", "3"}}), "a"), HasSubstr("\"a\" in the document is there twice"));
  EXPECT_EQ(read(zip_of({{"a", "1"}, {"a", "2"}, {"b", "3"}}), "b"), "3");
}

TEST(Archive, EncryptedAndOddlyPackedEntriesSaySo) {
  ZipEntry entry{"a", "0123456789abcdef"};
  entry.flags = 1;
  EXPECT_THAT(read(zip_of({entry}), "a"), HasSubstr("\"a\" in the document is encrypted; ask for a copy without a password"));
  entry.flags = 0;
  entry.method = 12;
  EXPECT_THAT(read(zip_of({entry}), "a"), HasSubstr("is packed by method 12; expected 0 (stored) or 8 (deflate)"));
}

TEST(Archive, CutAnywhereItIsAnErrorAndNothingWorse) {
  const auto whole = zip_of(test::docx_parts("<w:p><w:r><w:t>whole</w:t></w:r></w:p>"));
  ASSERT_EQ(markdown_in(whole), "whole\n");
  for (std::size_t length = 4; length < whole.size(); ++length) {
    EXPECT_THAT(markdown_in(whole.substr(0, length)), HasSubstr("error: the document's ZIP archive is damaged")) << length;
  }
}

TEST(Archive, AnyByteMayBeWrong) {
  const auto whole = zip_of(test::docx_parts("<w:p><w:r><w:t>whole</w:t></w:r></w:p>"));
  for (std::size_t at = 4; at < whole.size(); ++at) {
    std::string broken = whole;
    broken[at] = static_cast<char>(broken[at] ^ 0x5A);
    EXPECT_THAT(markdown_in(broken), AnyOf(StartsWith("error: "), HasSubstr("whole"))) << at;
  }
}

// What a document of XML may try.

std::string docx(const std::string& body) { return zip_of(test::docx_parts(body)); }

std::string with_document(const std::string& xml) {
  auto parts = test::docx_parts("");
  parts[2].content = xml;
  return zip_of(parts);
}

TEST(Xml, DeepOnesEndAtALimit) {
  std::string deep, end;
  for (int i = 0; i < 100'000; ++i) deep += "<w:p>", end += "</w:p>";
  EXPECT_THAT(markdown_in(docx(deep + end)), HasSubstr("elements of \"word/document.xml\" in the document are nested more than xml_depth_max = 200"));
}

TEST(Xml, EntitiesAreRefused) {
  std::string laughs = "<!DOCTYPE x [<!ENTITY a0 'ha'>";
  for (int i = 1; i < 30; ++i) laughs += "<!ENTITY a" + std::to_string(i) + " '&a" + std::to_string(i - 1) + ";&a" + std::to_string(i - 1) + ";'>";
  EXPECT_THAT(markdown_in(with_document(laughs + "]><x>&a29;</x>")), HasSubstr("\"word/document.xml\" in the document declares entities, which are not read"));
  EXPECT_THAT(markdown_in(with_document("<!DOCTYPE x [<!ENTITY f SYSTEM 'file:///etc/passwd'>]><x>&f;</x>")), HasSubstr("declares entities"));
  EXPECT_THAT(markdown_in(with_document("<!DOCTYPE x [<!ENTITY % f SYSTEM 'http://x/'> %f;]><x/>")), HasSubstr("declares entities"));
  EXPECT_THAT(markdown_in(with_document("<!DOCTYPE x SYSTEM 'file:///etc/passwd'><x>&f;</x>")), testing::Not(HasSubstr("root")));
}

TEST(Xml, WhatIsNotWellFormedSaysWhere) {
  EXPECT_THAT(markdown_in(with_document("<a>\n<b></a>")), HasSubstr("\"word/document.xml\" in the document is damaged: mismatched tag in line 2 of its XML"));
  EXPECT_THAT(markdown_in(with_document("")), HasSubstr("no element found"));
}

TEST(Xml, MemoryIsBounded) {
  Limits limits;
  limits.parse_memory_bytes_max = 100'000;
  std::string many;
  for (int i = 0; i < 5'000; ++i) many += "<w:p/>";
  EXPECT_THAT(markdown_in(docx(many), Extent::whole, limits), HasSubstr("parse_memory_bytes_max = 100000"));
}

TEST(Kind, ArchivesByWhatTheyHold) {
  const auto kind = [](std::string bytes, std::string name = "") { return kind_of({std::move(bytes), "application/octet-stream", std::move(name), ""}); };
  EXPECT_EQ(kind(docx("")), Kind::docx);
  EXPECT_EQ(kind(zip_of(test::office_parts("word/x.xml", "wordprocessingml.template", "<x/>"))), Kind::docx);
  EXPECT_EQ(kind(zip_of(test::office_parts("p.xml", "presentationml.presentation", "<x/>"))), Kind::pptx);
  EXPECT_EQ(kind(zip_of(test::office_parts("xl/w.xml", "spreadsheetml.sheet", "<x/>"))), Kind::xlsx);
  EXPECT_EQ(kind(zip_of({{"readme.pdf", "%PDF-1.4"}}), "x.docx"), Kind::zip) << "by its content, whatever it is called";
  EXPECT_THAT(markdown_in(zip_of({{"readme", "x"}})), HasSubstr("error: the document is a ZIP archive, and no docx, pptx, xlsx or EPUB"));
}

TEST(Kind, FilesOfOldOfficeSayWhatToDo) {
  const auto ole = [](std::string_view entry) {
    std::string bytes("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8);
    bytes.resize(1'024);
    for (const char c : entry) bytes += c, bytes += '\0';
    bytes.resize(2'048);
    return markdown_in(bytes);
  };
  EXPECT_EQ(ole("WordDocument"), "error: the document is a Word 97 document (.doc), which is not read; save it as .docx");
  EXPECT_EQ(ole("Workbook"), "error: the document is an Excel 97 workbook (.xls), which is not read; save it as .xlsx");
  EXPECT_EQ(ole("PowerPoint Document"), "error: the document is a PowerPoint 97 presentation (.ppt), which is not read; save it as .pptx");
  EXPECT_EQ(ole("EncryptedPackage"), "error: the document is an encrypted Office document, which needs a password; ask for a copy without one");
  EXPECT_THAT(ole("x"), HasSubstr("an OLE file of an older program"));
}

}  // namespace
}  // namespace doc_reader
