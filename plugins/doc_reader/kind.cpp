#include "kind.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "epub.hpp"
#include "office/package.hpp"
#include "words.hpp"

namespace doc_reader {
namespace {

using Rule = std::pair<std::string_view, Kind>;

constexpr Rule kMagic[] = {{"PK\x03\x04", Kind::zip},          {"PK\x05\x06", Kind::zip},   {"\x89PNG\r\n", Kind::image},
                           {"GIF8", Kind::image},              {"\xFF\xD8\xFF", Kind::image}, {"\x1F\x8B", Kind::binary},
                           {"\x7F" "ELF", Kind::binary},       {"\xD0\xCF\x11\xE0", Kind::ole}, {"Rar!", Kind::binary},
                           {"7z\xBC\xAF", Kind::binary}};
constexpr Rule kTypes[] = {{"text/html", Kind::html},     {"application/xhtml+xml", Kind::html}, {"application/pdf", Kind::pdf},
                           {"text/markdown", Kind::markdown}, {"text/x-markdown", Kind::markdown}, {"application/json", Kind::json},
                           {"text/csv", Kind::csv},       {"application/xml", Kind::xml},        {"text/xml", Kind::xml},
                           {"text/plain", Kind::text}};
constexpr Rule kExtensions[] = {{".html", Kind::html}, {".htm", Kind::html}, {".xhtml", Kind::html}, {".pdf", Kind::pdf},
                                {".md", Kind::markdown}, {".markdown", Kind::markdown}, {".json", Kind::json}, {".csv", Kind::csv},
                                {".xml", Kind::xml}, {".rss", Kind::xml}, {".txt", Kind::text}, {".rst", Kind::text}, {".log", Kind::text}};
constexpr std::string_view kTags[] = {"<html", "<head", "<body", "<title", "<meta", "<div", "<p", "<h1", "<h2", "<table", "<script", "<ul", "<a ", "<br"};

/// From the first thing that is neither white space nor a comment, which hides nothing.
std::string_view start_of(std::string_view bytes) {
  bytes = trim(bytes.starts_with("\xEF\xBB\xBF") ? bytes.substr(3) : bytes);
  while (bytes.starts_with("<!--")) {
    const auto end = bytes.find("-->");
    if (end == std::string_view::npos) break;
    bytes = trim(bytes.substr(end + 3));
  }
  return bytes;
}

bool begins(std::string_view text, std::string_view word) { return text.size() >= word.size() && equals(text.substr(0, word.size()), word); }

bool is_html_root(std::string_view start) { return begins(start, "<!doctype html") || begins(start, "<html"); }

std::optional<Kind> by_magic(std::string_view bytes) {
  // Readers take a PDF whose header stands somewhere in the first 1024 bytes. A PDF in an
  // archive is no such.
  if (!bytes.starts_with("PK\x03\x04") && bytes.substr(0, 1024).find("%PDF-") != std::string_view::npos) return Kind::pdf;
  for (const auto& [magic, kind] : kMagic) {
    if (bytes.starts_with(magic)) return kind;
  }
  if (begins(bytes, "RIFF") && bytes.substr(8, 4) == "WEBP") return Kind::image;
  return std::nullopt;
}

std::optional<Kind> by_type(std::string_view content_type) {
  const std::string type = lower(trim(content_type.substr(0, content_type.find(';'))));
  for (const auto& [known, kind] : kTypes) {
    if (type == known) return kind;
  }
  if (type.ends_with("+json")) return Kind::json;
  if (type.ends_with("+xml")) return Kind::xml;
  if (type.starts_with("text/")) return Kind::text;
  return std::nullopt;
}

std::optional<Kind> by_extension(std::string_view name) {
  name = name.substr(0, name.find_first_of("?#"));
  for (const auto& [extension, kind] : kExtensions) {
    if (name.size() > extension.size() && equals(name.substr(name.size() - extension.size()), extension)) return kind;
  }
  return std::nullopt;
}

/// By what it holds; zip for what no reader takes, or cannot be opened.
Kind kind_of_zip(std::string_view bytes) {
  if (const auto archive = Archive::open(bytes, {}); archive && is_epub(*archive)) return Kind::epub;
  const auto package = Package::open(bytes, {});
  return package ? package->kind() : Kind::zip;
}

/// UTF-16 has NULs too, but says so first.
bool looks_binary(std::string_view bytes) {
  if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF")) return false;
  const auto head = bytes.substr(0, 4096);
  const auto odd = std::ranges::count_if(head, [](char c) { return static_cast<unsigned char>(c) < 0x20 && !is_space(c) && c != '\x1B'; });
  return head.find('\0') != std::string_view::npos || odd * 20 > static_cast<std::ptrdiff_t>(head.size());
}

}  // namespace

Kind kind_of(const Source& source) {
  if (const auto kind = by_magic(source.bytes)) return *kind == Kind::zip ? kind_of_zip(source.bytes) : *kind;
  const auto start = start_of(source.bytes);
  if (is_html_root(start)) return Kind::html;
  if (looks_binary(source.bytes)) return Kind::binary;
  const auto told = by_type(source.content_type);
  // What nothing but a server's default says is overruled by the file's own name.
  if (told && *told != Kind::text) return *told == Kind::pdf ? Kind::binary : *told;
  if (const auto named = by_extension(source.name)) return *named == Kind::pdf ? Kind::binary : *named;
  if (told) return *told;
  if (begins(start, "<?xml")) return Kind::xml;
  if (std::ranges::any_of(kTags, [&](auto tag) { return begins(start, tag); })) return Kind::html;
  return Kind::text;
}

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::html: return "HTML";
    case Kind::pdf: return "PDF";
    case Kind::markdown: return "Markdown";
    case Kind::text: return "plain text";
    case Kind::json: return "JSON";
    case Kind::csv: return "CSV";
    case Kind::xml: return "XML";
    case Kind::docx: return "docx";
    case Kind::pptx: return "pptx";
    case Kind::xlsx: return "xlsx";
    case Kind::epub: return "EPUB";
    case Kind::zip: return "a ZIP archive";
    case Kind::ole: return "an OLE file";
    case Kind::image: return "a picture";
    case Kind::binary: return "binary data";
  }
  return "";
}

}  // namespace doc_reader
