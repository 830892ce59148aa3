// Office documents and books of any content: archives as they come, or XML of theirs in a
// sound archive. Their Markdown means the same to another parser.
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "commonmark.hpp"
#include "document.hpp"
#include "markdown.hpp"
#include "zip_files.hpp"

namespace {

using doc_reader::test::zip_of;

doc_reader::Limits limits() {
  doc_reader::Limits out;
  out.parse_ms_max = out.zip_ms_max = 500;
  out.parse_memory_bytes_max = 16u << 20;
  out.zip_bytes_max = out.zip_entry_bytes_max = 4u << 20;
  return out;
}

std::string docx(const std::string& body, const std::string& part = "", const std::string& xml = "") {
  const std::string space = " xmlns:w='" + std::string(doc_reader::test::kOffice) + "wordprocessingml/2006/main'>";
  auto parts = doc_reader::test::docx_parts(body);
  if (!part.empty()) parts.push_back({"word/" + part + ".xml", "<w:" + part + space + xml + "</w:" + part + ">"});
  parts.push_back(doc_reader::test::relations_file("word/_rels/document.xml.rels", {{"p", part, part + ".xml"}, {"a", "hyperlink", "https://a.org/", true}}));
  return zip_of(parts);
}

std::string epub(const std::string& package, const std::string& chapter) {
  return zip_of({{"META-INF/container.xml", "<container xmlns='urn:oasis:names:tc:opendocument:xmlns:container'><rootfiles><rootfile full-path='p'/></rootfiles></container>"},
                 {"p", "<package xmlns='http://www.idpf.org/2007/opf' xmlns:dc='http://purl.org/dc/elements/1.1/'>" + package + "</package>"},
                 {"c", chapter}});
}

constexpr const char* kItem = "<w:p><w:pPr><w:pStyle w:val='A'/><w:numPr><w:ilvl w:val='1'/><w:numId w:val='1'/></w:numPr></w:pPr><w:r><w:rPr><w:rStyle w:val='B'/></w:rPr><w:t>x</w:t></w:r></w:p>";

/// The first byte says what the others are.
std::string document_of(char kind, const std::string& content) {
  switch (kind) {
    case 'd': return docx(content);
    case 's': return docx(std::string(kItem) + kItem, "styles", content);
    case 'n': return docx(std::string(kItem) + kItem, "numbering", content);
    case 'p': return zip_of(doc_reader::test::pptx_parts({content}));
    case 'x': return zip_of(doc_reader::test::xlsx_parts({{"S", content}}, "", "<si><t>one</t></si>"));
    case 'f': return zip_of(doc_reader::test::xlsx_parts({{"S", "<sheetData><row><c s='0'><v>45418.5</v></c><c t='s' s='1'><v>0</v></c></row></sheetData>"}}, content, "<si><t>one</t></si>"));
    case 'o': return epub(content, "<p>x</p>");
    case 'e': return epub("<manifest><item id='c' href='c'/></manifest><spine><itemref idref='c'/></spine>", content);
    default: return content;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 8192) return 0;
  doc_reader::Source source;
  source.bytes = document_of(static_cast<char>(data[0]), std::string(reinterpret_cast<const char*>(data) + 1, size - 1));
  source.content_type = "application/octet-stream";
  const auto document = doc_reader::read_document(source, size % 2 ? doc_reader::Extent::whole : doc_reader::Extent::article, limits());
  const bool is_packed = document && (document->kind == doc_reader::Kind::docx || document->kind == doc_reader::Kind::pptx || document->kind == doc_reader::Kind::xlsx || document->kind == doc_reader::Kind::epub);
  if (!is_packed) return 0;
  const std::string html = doc_reader::test::html_of(document->markdown);
  const auto tree = doc_reader::Tree::parse(html, {});
  const std::string again = tree ? doc_reader::test::html_of(doc_reader::to_markdown(*tree, {}, {}).value_or("")) : "";
  const bool has_script = html.find("href=\"javascript:") != std::string::npos;
  if (html == again && !has_script) return 0;
  std::fprintf(stderr, "input:\n%.*s\nMarkdown:\n%s\nread as:\n%s\nagain:\n%s\n", static_cast<int>(size), reinterpret_cast<const char*>(data), document->markdown.c_str(), html.c_str(), again.c_str());
  std::abort();
}
