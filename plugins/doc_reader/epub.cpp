#include "epub.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <vector>

#include "block_writer.hpp"
#include "charset.hpp"
#include "markdown.hpp"
#include "over_limit.hpp"
#include "words.hpp"
#include "xml.hpp"

namespace doc_reader {

using collet::Errc;
using collet::Error;
using collet::Result;

namespace {

constexpr std::string_view kContainer = "META-INF/container.xml", kEncryption = "META-INF/encryption.xml";

struct Item {
  std::string name;  ///< Of an entry.
  bool is_contents = false;
};

struct Chapter {
  std::string name;
  bool is_beside = false;  ///< Not in the order of reading: notes, a cover.
};

struct Book {
  Metadata metadata;
  std::vector<Chapter> chapters;
  std::string contents, old_contents;  ///< Entries: nav, ncx; "" for none.
};

/// What a table of contents calls a chapter.
struct Title {
  std::string text;
  int level = 1;
};
using Titles = std::map<std::string, Title, std::less<>>;

std::string decoded(std::string_view url) {
  std::string out;
  const auto digit = [](char c) { return is_digit(c) ? c - '0' : is_alpha(c) && to_lower(c) <= 'f' ? to_lower(c) - 'a' + 10 : -1; };
  for (std::size_t i = 0; i < url.size(); ++i) {
    const bool is_code = url[i] == '%' && i + 2 < url.size() && digit(url[i + 1]) >= 0 && digit(url[i + 2]) >= 0;
    out += is_code ? static_cast<char>(digit(url[i + 1]) * 16 + digit(url[i + 2])) : url[i];
    if (is_code) i += 2;
  }
  return out;
}

/// Fonts may be garbled against copying; everything else that is encrypted is DRM.
Result<void> refuse_protection(Archive& archive) {
  if (!archive.has(kEncryption)) return {};
  const auto xml = XmlTree::read(archive, kEncryption);
  if (!xml) return xml.error();
  for (XmlId id = 0; id < xml->size(); ++id) {
    if (xml->name(id) != "enc:EncryptedData") continue;
    const auto algorithm = xml->child_attribute(id, "enc:EncryptionMethod", "Algorithm");
    const bool is_font = algorithm == "http://www.idpf.org/2008/embedding" || algorithm == "http://ns.adobe.com/pdf/enc#RC";
    if (!is_font) return Error{Errc::invalid, "the book is encrypted (DRM), as its META-INF/encryption.xml says; ask for a copy without protection"};
  }
  return {};
}

Metadata metadata_of(const XmlTree& opf) {
  Metadata out;
  const XmlId metadata = opf.child(0, "opf:metadata");
  const auto keep = [&](std::string& field, XmlId id) {
    if (field.empty()) field = collapsed(opf.text(id));
  };
  for (const XmlId id : opf.children(metadata)) {
    const auto name = opf.name(id);
    if (name == "dc:title") keep(out.title, id);
    if (name == "dc:date") keep(out.date, id);
    if (name == "dc:language") keep(out.language, id);
    if (name == "dc:publisher") keep(out.site, id);
    if (name == "dc:description") keep(out.description, id);
    if (name == "dc:creator") out.author.append(out.author.empty() ? "" : ", ").append(collapsed(opf.text(id)));
  }
  return out;
}

Result<Book> read_book(Archive& archive) {
  const auto container = XmlTree::read(archive, kContainer);
  if (!container) return container.error();
  const std::string package(container->child_attribute(container->child(0, "ocf:rootfiles"), "ocf:rootfile", "full-path"));
  const auto opf = XmlTree::read(archive, package);
  if (!opf) return opf.error();
  Book out;
  out.metadata = metadata_of(*opf);
  std::map<std::string, Item, std::less<>> items;
  for (const XmlId id : opf->children(opf->child(0, "opf:manifest"))) {
    if (opf->name(id) != "opf:item") continue;
    const auto properties = opf->attribute(id, "properties");
    Item item{entry_name(package, decoded(opf->attribute(id, "href"))), (" " + std::string(properties) + " ").find(" nav ") != std::string::npos};
    if (item.is_contents) out.contents = item.name;
    if (opf->attribute(id, "media-type") == "application/x-dtbncx+xml") out.old_contents = item.name;
    items.emplace(std::string(opf->attribute(id, "id")), std::move(item));
  }
  for (const XmlId id : opf->children(opf->child(0, "opf:spine"))) {
    const auto item = items.find(opf->attribute(id, "idref"));
    if (opf->name(id) == "opf:itemref" && item != items.end()) out.chapters.push_back({item->second.name, item->second.is_contents || opf->attribute(id, "linear") == "no"});
  }
  return out;
}

Result<Tree> read_chapter(Archive& archive, std::string_view name) {
  const auto bytes = archive.read(name);
  if (!bytes) return bytes.error();
  return Tree::parse(without_short_tags(decode_text(*bytes, "", true).text), archive.limits());
}

void add_title(Titles& titles, std::string_view from, std::string_view target, std::string text, int level) {
  if (!text.empty()) titles.emplace(entry_name(from, decoded(target)), Title{std::move(text), std::clamp(level, 1, 6)});
}

/// <nav epub:type="toc"> of EPUB 3.
void read_nav(const Tree& tree, std::string_view name, Titles& titles) {
  for (NodeId nav = 0; nav < tree.size(); ++nav) {
    if (tree.at(nav).tag != Tag::nav || (tree.attribute(nav, "epub:type") != "toc" && tree.attribute(nav, "role") != "doc-toc")) continue;
    int level = 0;
    std::vector<NodeId> ends;
    for (NodeId id = nav + 1; id < tree.at(nav).end; ++id) {
      while (!ends.empty() && id >= ends.back()) ends.pop_back(), --level;
      if (tree.at(id).tag == Tag::ol) ends.push_back(tree.at(id).end), ++level;
      if (tree.at(id).tag == Tag::a) add_title(titles, name, tree.attribute(id, "href"), collapsed(raw_text(tree, id)), level);
    }
  }
}

/// navPoint of EPUB 2.
void read_ncx(const XmlTree& xml, std::string_view name, Titles& titles) {
  int level = 0;
  std::vector<XmlId> ends;
  for (XmlId id = 0; id < xml.size(); ++id) {
    while (!ends.empty() && id >= ends.back()) ends.pop_back(), --level;
    if (xml.name(id) != "ncx:navPoint") continue;
    ends.push_back(xml.at(id).end), ++level;
    add_title(titles, name, xml.child_attribute(id, "ncx:content", "src"), collapsed(xml.text(xml.child(id, "ncx:navLabel"))), level);
  }
}

/// A book whose table of contents is damaged can be read without.
Titles titles_of(Archive& archive, const Book& book) {
  Titles out;
  if (archive.has(book.contents)) {
    if (const auto tree = read_chapter(archive, book.contents)) read_nav(*tree, book.contents, out);
  }
  if (out.empty() && archive.has(book.old_contents)) {
    if (const auto xml = XmlTree::read(archive, book.old_contents)) read_ncx(*xml, book.old_contents, out);
  }
  return out;
}

bool has_heading(const Tree& tree) {
  return std::ranges::any_of(tree.nodes(), [](const Node& node) { return is_heading(node.tag); });
}

std::string heading_of(const Title& title) {
  Line line;
  line.text(title.text);
  return std::string(static_cast<std::size_t>(title.level), '#') + " " + line.markdown(Place::heading) + "\n";
}

}  // namespace

bool is_epub(const Archive& archive) { return archive.has(kContainer); }

Result<Document> read_epub(Archive& archive, Extent extent) {
  if (const auto refused = refuse_protection(archive); !refused) return refused.error();
  auto book = read_book(archive);
  if (!book) return book.error();
  const Titles titles = titles_of(archive, *book);
  MarkdownOptions options;
  options.absolute_links_only = true;
  options.shows_images = extent == Extent::whole;
  Document out;
  out.kind = Kind::epub;
  for (const Chapter& chapter : book->chapters) {
    if (chapter.is_beside && extent == Extent::article) continue;
    const auto tree = read_chapter(archive, chapter.name);
    if (!tree) return tree.error();
    const auto text = to_markdown(*tree, options, archive.limits());
    if (!text) return text.error();
    if (text->empty()) continue;
    if (!out.markdown.empty()) out.markdown += '\n';
    const auto title = titles.find(chapter.name);
    if (title != titles.end() && !has_heading(*tree)) out.markdown.append(heading_of(title->second)).append("\n");
    out.markdown += *text;
    if (out.markdown.size() > archive.limits().markdown_bytes_max) return over_limit("the Markdown is", "markdown_bytes_max", archive.limits().markdown_bytes_max);
  }
  out.metadata = std::move(book->metadata);
  return out;
}

std::string without_short_tags(std::string_view xhtml) {
  static constexpr std::array<std::string_view, 14> kEmpty = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"};
  std::string out;
  out.reserve(xhtml.size() + xhtml.size() / 16);
  std::size_t kept = 0;
  for (auto at = xhtml.find('<'); at != std::string_view::npos; at = xhtml.find('<', at)) {
    const bool is_comment = xhtml.substr(at).starts_with("<!--"), is_data = xhtml.substr(at).starts_with("<![CDATA[");
    if (is_comment || is_data) {
      at = xhtml.find(is_comment ? "-->" : "]]>", at);
      if (at == std::string_view::npos) break;
      continue;
    }
    std::size_t end = at + 1;
    for (char quote = 0; end < xhtml.size() && (quote || xhtml[end] != '>'); ++end) {
      const char c = xhtml[end];
      if (c == quote) {
        quote = 0;
      } else if (!quote && (c == '"' || c == '\'')) {
        quote = c;
      }
    }
    if (end >= xhtml.size()) break;
    const auto name = xhtml.substr(at + 1, std::min(xhtml.find_first_of(" \t\r\n/>", at + 1), end) - at - 1);
    if (xhtml[end - 1] == '/' && !name.empty() && std::ranges::find(kEmpty, name) == kEmpty.end()) {
      out.append(xhtml.substr(kept, end - 1 - kept)).append("></").append(name).append(">");
      kept = end + 1;
    }
    at = end + 1;
  }
  out.append(xhtml.substr(std::min(kept, xhtml.size())));
  return out;
}

}  // namespace doc_reader
