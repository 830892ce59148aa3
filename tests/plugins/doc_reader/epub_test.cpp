// Books and what they become.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "epub.hpp"
#include "reading.hpp"
#include "zip_files.hpp"

namespace doc_reader {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using test::markdown_in;
using test::zip_of;
using test::ZipEntry;

/// Chapters "a.xhtml", "b.xhtml", ... of what is in <body>.
std::vector<ZipEntry> epub_parts(const std::vector<std::string>& chapters, const std::string& more_items = "") {
  std::string items = more_items, spine;
  std::vector<ZipEntry> parts = {{"mimetype", "application/epub+zip"},
                                 {"META-INF/container.xml", "<container xmlns='urn:oasis:names:tc:opendocument:xmlns:container'><rootfiles>\n<rootfile full-path='OPS/book.opf'/></rootfiles></container>"}};
  for (std::size_t i = 0; i < chapters.size(); ++i) {
    const std::string name(1, static_cast<char>('a' + i));
    items += "<item id='" + name + "' href='" + name + ".xhtml' media-type='application/xhtml+xml'/>\n";
    spine += "<itemref idref='" + name + "'/>\n";
    parts.push_back({"OPS/" + name + ".xhtml", "<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><head><title/><script src='x'/></head><body>" + chapters[i] + "</body></html>"});
  }
  parts.push_back({"OPS/book.opf", "<package xmlns='http://www.idpf.org/2007/opf' xmlns:dc='http://purl.org/dc/elements/1.1/'><metadata><dc:title>T</dc:title><dc:date>1900-01-01</dc:date></metadata>\n<manifest>" + items +
                                       "</manifest><spine>" + spine + "</spine></package>"});
  return parts;
}

TEST(Epub, ChaptersInTheOrderOfTheSpine) {
  EXPECT_EQ(markdown_in(zip_of(epub_parts({"<h1>One</h1><p>a</p>", "<p>b <b/>c</p>"}))), "# One\n\na\n\nb c\n");
  const auto document = test::read_bytes(zip_of(epub_parts({"<p>a</p>"})));
  ASSERT_TRUE(document.ok());
  EXPECT_EQ(document->metadata.title, "T");
  EXPECT_EQ(document->metadata.date, "1900-01-01");
}

TEST(Epub, TheOldTableOfContentsNamesChapters) {
  auto parts = epub_parts({"<p>a</p>", "<p>b</p>", "<h2>Own</h2>"}, "<item id='n' href='the%20toc.ncx' media-type='application/x-dtbncx+xml'/>");
  const auto point = [](const std::string& name, const std::string& target, const std::string& inner = "") {
    return "<navPoint><navLabel><text>" + name + "</text></navLabel><content src='" + target + "'/>" + inner + "</navPoint>";
  };
  parts.push_back({"OPS/the toc.ncx", "<!DOCTYPE ncx PUBLIC '-//NISO//DTD ncx 2005-1//EN' 'http://www.daisy.org/z3986/2005/ncx-2005-1.dtd'><ncx xmlns='http://www.daisy.org/z3986/2005/ncx/'><navMap>" +
                                          point("Part # 1", "a.xhtml", point("Chapter 1", "b.xhtml#top")) + point("Other", "c.xhtml") + "</navMap></ncx>"});
  EXPECT_EQ(markdown_in(zip_of(parts)), "# Part # 1\n\na\n\n## Chapter 1\n\nb\n\n## Own\n");
}

TEST(Epub, ScriptsAndLinksWithinTheBookAreGone) {
  const auto text = markdown_in(zip_of(epub_parts({"<p>a<script>evil()</script> <a href='b.xhtml'>inside</a> <a href='javascript:evil()'>js</a> <a href='mailto:a@b.org'>mail</a> <img src='x.png' alt='seen'/></p>", "<p>b</p>"})));
  EXPECT_EQ(text, "a inside js [mail](mailto:a@b.org) seen\n\nb\n");
}

TEST(Epub, OnesUnderDrmSaySo) {
  const auto encrypted = [](const std::string& algorithm) {
    auto parts = epub_parts({"<p>a</p>"});
    parts.push_back({"META-INF/encryption.xml", "<encryption xmlns='urn:oasis:names:tc:opendocument:xmlns:container' xmlns:e='http://www.w3.org/2001/04/xmlenc#'><e:EncryptedData><e:EncryptionMethod Algorithm='" +
                                                    algorithm + "'/></e:EncryptedData></encryption>"});
    return markdown_in(zip_of(parts));
  };
  EXPECT_EQ(encrypted("http://www.w3.org/2001/04/xmlenc#aes128-cbc"), "error: the book is encrypted (DRM), as its META-INF/encryption.xml says; ask for a copy without protection");
  EXPECT_EQ(encrypted("http://www.idpf.org/2008/embedding"), "a\n") << "only its fonts are";
}

TEST(Epub, WhatIsMissingIsNamed) {
  auto parts = epub_parts({"<p>a</p>"});
  parts.erase(parts.begin() + 2);
  EXPECT_EQ(markdown_in(zip_of(parts)), "error: the document is damaged: its archive has no \"OPS/a.xhtml\"");
  parts.pop_back();
  EXPECT_EQ(markdown_in(zip_of(parts)), "error: the document is damaged: its archive has no \"OPS/book.opf\"");
}

TEST(Epub, AllChaptersCountTogether) {
  Limits limits;
  limits.markdown_bytes_max = 1'500;
  const std::string chapter = "<p>" + std::string(1'000, 'x') + "</p>";
  EXPECT_THAT(markdown_in(zip_of(epub_parts({chapter, chapter})), Extent::whole, limits), HasSubstr("the Markdown is more than markdown_bytes_max = 1500"));
}

TEST(Epub, ShortTagsAreWholeElements) {
  EXPECT_EQ(without_short_tags("<a id='x'/>b<br/><p title='a/>'/><i />"), "<a id='x'></a>b<br/><p title='a/>'></p><i ></i>");
  EXPECT_EQ(without_short_tags("<!-- <a/> --><![CDATA[<b/>]]><c/>"), "<!-- <a/> --><![CDATA[<b/>]]><c></c>");
  for (const char* same : {"", "<", "<a", "</", "/>", "<a href='", "<!--", "<![CDATA[", "a < b /> c", "<a/"}) EXPECT_EQ(without_short_tags(same), same);
}

}  // namespace
}  // namespace doc_reader
