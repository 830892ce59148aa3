#include "document.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "article.hpp"
#include "charset.hpp"
#include "collet/json.hpp"
#include "epub.hpp"
#include "inline.hpp"
#include "markdown.hpp"
#include "metadata.hpp"
#include "office/docx.hpp"
#include "office/old_office.hpp"
#include "office/pptx.hpp"
#include "office/xlsx.hpp"
#include "tree.hpp"
#include "words.hpp"

namespace doc_reader {

using collet::Errc;
using collet::Error;
using collet::Result;

namespace {

Result<Document> read_html(const Source& source, Extent extent, const Limits& limits) {
  const auto page = decode_text(source.bytes, charset_parameter(source.content_type), true);
  auto tree = Tree::parse(page.text, limits);
  if (!tree) return tree.error();
  Document out;
  out.kind = Kind::html;
  out.metadata = metadata_of(*tree);
  const std::string base = base_of(*tree, source.url);
  MarkdownOptions options;
  options.base_url = base;
  Article article;
  if (extent == Extent::article) {
    article = find_article(*tree);
    if (article.root == kNoNode) out.note = "no main text was found; this is the whole page";
  }
  if (article.root != kNoNode) {
    options.root = article.root;
    options.left_out = &article.left_out;
    options.shows_images = false;
  }
  auto markdown = to_markdown(*tree, options, limits);
  if (!markdown) return markdown.error();
  out.markdown = *std::move(markdown);
  return out;
}

/// Without what cannot be seen, with one kind of line end.
std::string clean_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto [c, bytes] = decode(text);
    const bool is_line_end = c == '\r';
    if (is_line_end && !text.substr(1).starts_with('\n')) out += '\n';
    if (!is_line_end && !is_invisible(c)) out.append(text.substr(0, bytes));
    text.remove_prefix(bytes);
  }
  return out;
}

std::string fenced(std::string_view raw, std::string_view language) {
  const std::string text = code_text(raw);
  std::size_t longest = 2, run = 0;
  for (const char c : text) longest = std::max(longest, run = c == '`' ? run + 1 : 0);
  const std::string fence(longest + 1, '`');
  std::string out = fence;
  out.append(language).append("\n").append(text);
  if (!out.ends_with('\n')) out += '\n';
  return out + fence + "\n";
}

/// Records of RFC 4180; a quoted field may hold line ends.
std::vector<std::vector<std::string>> csv_records(std::string_view text, std::size_t cells_max) {
  std::vector<std::vector<std::string>> records(1, {""});
  bool is_quoted = false;
  std::size_t cells = 1;
  for (std::size_t i = 0; i < text.size() && cells <= cells_max; ++i) {
    const char c = text[i];
    std::string& field = records.back().back();
    if (is_quoted && c == '"' && text.substr(i + 1).starts_with('"')) {
      field += '"', ++i;
    } else if (c == '"' && (is_quoted || field.empty())) {
      is_quoted = !is_quoted;
    } else if (c == ',' && !is_quoted) {
      records.back().emplace_back(), ++cells;
    } else if (c == '\n' && !is_quoted) {
      records.push_back({""}), ++cells;
    } else {
      field += c;
    }
  }
  while (!records.empty() && records.back() == std::vector<std::string>{""}) records.pop_back();
  return records;
}

std::string csv_table(std::string_view text, const Limits& limits, std::string& note) {
  const auto records = csv_records(text, limits.table_cells_max);
  std::size_t columns = 0, cells = 0;
  for (const auto& record : records) columns = std::max(columns, record.size()), cells += record.size();
  columns = std::min(columns, limits.table_columns_max);
  std::string out;
  for (std::size_t row = 0; row < records.size(); ++row) {
    out += "|";
    for (std::size_t i = 0; i < columns; ++i) {
      const std::string cell = i < records[row].size() ? collapsed(records[row][i]) : "";
      out.append(" ").append(escaped_text(cell, Place::cell, false, false)).append(" |");
    }
    out += "\n";
    if (row > 0) continue;
    out += "|";
    for (std::size_t i = 0; i < columns; ++i) out += " --- |";
    out += "\n";
  }
  if (cells >= limits.table_cells_max) note = "only the first rows are shown: table_cells_max = " + std::to_string(limits.table_cells_max);
  return out;
}

std::string json_text(std::string_view text) {
  auto value = collet::Value::parse(text);
  return value ? value->dump(true) : std::string(text);
}

Result<Document> read_office(const Source& source, Extent extent, const Limits& limits, const PageRange& pages) {
  auto package = Package::open(source.bytes, limits);
  if (!package) return package.error();
  if (package->kind() == Kind::pptx) return read_pptx(*package, extent, pages);
  return package->kind() == Kind::xlsx ? read_xlsx(*package, extent) : read_docx(*package, extent);
}

Result<Document> read_book(const Source& source, Extent extent, const Limits& limits) {
  auto archive = Archive::open(source.bytes, limits);
  return archive ? read_epub(*archive, extent) : archive.error();
}

/// What is wrong with an archive that is no document, or a damaged one.
Error unread_zip(const Source& source, const Limits& limits) {
  auto archive = Archive::open(source.bytes, limits);
  if (!archive) return archive.error();
  const auto package = Package::open(source.bytes, limits);
  if (package && package->main_type().find(".binary.") != std::string::npos) {
    return {Errc::invalid, "the document is a binary workbook (.xlsb), which is not read; save it as .xlsx"};
  }
  const bool is_open_document = archive->read("mimetype").value_or("").starts_with("application/vnd.oasis.opendocument.");
  if (is_open_document) return {Errc::invalid, "the document is an OpenDocument file (.odt, .ods, .odp), which is not read; save it as .docx, .xlsx or .pptx"};
  // Its parts may be damaged, and not the archive.
  if (!package && archive->has("[Content_Types].xml")) return package.error();
  return {Errc::invalid, "the document is a ZIP archive, and no docx, pptx, xlsx or EPUB. Unpack it and ask for what is in it"};
}

}  // namespace

std::string_view page_word(Kind kind) { return kind == Kind::pdf ? "Page" : kind == Kind::pptx ? "Slide" : ""; }

Result<Document> read_document(const Source& source, Extent extent, const Limits& limits, const PageRange& pages) {
  const Kind kind = kind_of(source);
  if (kind == Kind::html) return read_html(source, extent, limits);
  const bool is_office = kind == Kind::docx || kind == Kind::pptx || kind == Kind::xlsx;
  if (is_office || kind == Kind::epub) {
    auto packed = is_office ? read_office(source, extent, limits, pages) : read_book(source, extent, limits);
    if (packed && packed->markdown.empty()) packed->note = "the document holds no text; pictures cannot be read";
    return packed;
  }
  if (kind == Kind::zip) return unread_zip(source, limits);
  if (kind == Kind::ole) return Error{Errc::invalid, "the document is " + old_office_hint(source.bytes)};
  Document out;
  out.kind = kind;
  if (kind == Kind::image || kind == Kind::binary || kind == Kind::pdf) {
    return Error{Errc::invalid, "the document is " + std::string(name_of(kind)) +
                                    "; expected HTML, PDF, docx, pptx, xlsx, EPUB, Markdown, plain text, JSON, CSV or XML. Ask for another form of it"};
  }
  const std::string text = clean_text(decode_text(source.bytes, charset_parameter(source.content_type), false).text);
  if (kind == Kind::json) out.markdown = fenced(json_text(text), "json");
  if (kind == Kind::xml) out.markdown = fenced(text, "xml");
  if (kind == Kind::csv) out.markdown = csv_table(text, limits, out.note);
  if (kind == Kind::text || kind == Kind::markdown) out.markdown = text;
  if (out.markdown.size() > limits.markdown_bytes_max) {
    return Error{Errc::limit, "the document's text is longer than markdown_bytes_max = " + std::to_string(limits.markdown_bytes_max)};
  }
  return out;
}

}  // namespace doc_reader
