// What stands in a line of text.
#include "block_writer.hpp"
#include "url.hpp"
#include "words.hpp"

namespace doc_reader {
namespace {

/// A size that only a counter of visits has.
bool is_dot(std::string_view size) {
  size = trim(size);
  return size == "0" || size == "1" || size == "2" || size == "0px" || size == "1px" || size == "2px";
}

std::string_view first_of_set(std::string_view srcset) {
  srcset = trim(srcset);
  return srcset.substr(0, srcset.find_first_of(" ,"));
}

}  // namespace

void BlockWriter::inline_children(Line& line, NodeId id) {
  for (NodeId child = id + 1; child < tree_.at(id).end; child = tree_.at(child).end) {
    if (!is_skipped(child)) inline_node(line, child);
  }
}

void BlockWriter::inline_node(Line& line, NodeId id) {
  const Node& node = tree_.at(id);
  const auto marked = [&](Mark mark) {
    line.open(mark);
    inline_children(line, id);
    line.close(mark);
  };
  switch (node.tag) {
    case Tag::text: return line.text(node.text);
    case Tag::br: return line.line_break();
    case Tag::wbr: case Tag::input: return;
    case Tag::img: return image(line, id);
    case Tag::a: return link(line, id);
    case Tag::em: case Tag::i: case Tag::cite: case Tag::var: return marked(Mark::em);
    case Tag::strong: case Tag::b: return marked(Mark::strong);
    case Tag::del: case Tag::s: case Tag::strike: return marked(Mark::del);
    case Tag::code: case Tag::kbd: case Tag::samp: case Tag::tt: return line.code(raw_text(tree_, id));
    case Tag::math:
      if (const auto formula = tree_.attribute(id, "alttext"); !formula.empty()) return line.code(formula);
      return inline_children(line, id);
    case Tag::q:
      line.text("\"");
      inline_children(line, id);
      return line.text("\"");
    default: break;
  }
  const bool is_own_line = !is_inline(node.tag);  // a block where only a line fits
  if (is_own_line) line.text(" ");
  inline_children(line, id);
  if (is_own_line) line.text(" ");
}

std::string BlockWriter::destination_of(std::string_view reference) const {
  std::string out = link_destination(options_.base_url, reference, limits_.url_bytes_max);
  if (options_.absolute_links_only && !has_scheme(out)) out.clear();
  return out;
}

void BlockWriter::link(Line& line, NodeId id) {
  std::string destination = destination_of(tree_.attribute(id, "href"));
  if (destination.empty()) return inline_children(line, id);
  line.open(Mark::link, std::move(destination));
  inline_children(line, id);
  line.close(Mark::link);
}

void BlockWriter::image(Line& line, NodeId id) {
  if (!options_.shows_images || is_dot(tree_.attribute(id, "width")) || is_dot(tree_.attribute(id, "height"))) return;
  std::string destination;
  for (const std::string_view name : {"src", "data-src", "data-original", "srcset", "data-srcset"}) {
    const auto value = tree_.attribute(id, name);
    destination = destination_of(name.ends_with("srcset") ? first_of_set(value) : value);
    if (!destination.empty()) break;
  }
  const auto alt = tree_.attribute(id, "alt");
  if (!destination.empty()) return line.image(alt, std::move(destination));
  if (!trim(alt).empty()) line.text(alt);
}

}  // namespace doc_reader
