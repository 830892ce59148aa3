// Lists of all kinds.
#include <algorithm>
#include <charconv>
#include <utility>

#include "block_writer.hpp"
#include "words.hpp"

namespace doc_reader {
namespace {

int number_of(std::string_view text, int other) {
  int value = 0;
  text = trim(text);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && value >= 0 && value < 100'000'000 ? value : other;
}

/// Every line after the first gets `prefix`; empty ones stay empty.
std::string indented(std::string_view text, std::string_view prefix) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  for (std::size_t i = 0; i < text.size(); ++i) {
    out += text[i];
    if (text[i] == '\n' && i + 1 < text.size() && text[i + 1] != '\n') out += prefix;
  }
  return out;
}

}  // namespace

std::string BlockWriter::item(NodeId id, const std::string& sign) {
  std::string text = blocks_in(id);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  for (NodeId i = id + 1; i < std::min(tree_.at(id).end, id + 4); ++i) {
    if (tree_.at(i).tag != Tag::input || !equals(tree_.attribute(i, "type"), "checkbox")) continue;
    text.insert(0, tree_.has_attribute(i, "checked") ? "[x] " : "[ ] ");
    break;
  }
  return text.empty() ? text : sign + indented(text, std::string(sign.size(), ' ')) + "\n";
}

/// Each child is an item, a stray one too: what it holds must not get lost. A list
/// between items belongs to the one before it.
std::string BlockWriter::items(NodeId list, char mark) {
  int number = number_of(tree_.attribute(list, "start"), 1);
  std::string out;
  char above = 0;  // of a list that stands right above as a child of this one
  for (NodeId child = list + 1; child < tree_.at(list).end && !is_too_long_; child = tree_.at(child).end) {
    const Node& node = tree_.at(child);
    if (is_skipped(child)) continue;
    const std::string sign = mark == '-' || mark == '+' ? std::string{mark, ' '} : std::to_string(number) + mark + ' ';
    const std::string prefix(sign.size(), ' ');
    std::string text;
    char below = 0;
    if (node.tag == Tag::text) {
      text = escaped_text(collapsed(node.text), Place::paragraph, true, false);
      if (!text.empty()) text = sign + text + "\n";
    } else if (node.tag == Tag::ul || node.tag == Tag::ol) {
      Flow flow;
      flow.last_list = above;
      block(flow, child);
      if (!flow.out.empty()) text = (out.empty() ? sign : (above != 0 ? "\n" : "") + prefix) + indented(flow.out, prefix);
      below = flow.last_list;
    } else {
      text = item(child, sign);
    }
    if (text.empty()) continue;
    above = below;
    ++number;
    out += text;
  }
  return out;
}

void BlockWriter::list(Flow& flow, NodeId id) {
  if (nesting_ >= kNestingMax) return children(flow, id);
  const bool is_ordered = tree_.at(id).tag == Tag::ol;
  // Two lists side by side would be read as one.
  char mark = is_ordered ? '.' : '-';
  if (flow.last_list == mark) mark = is_ordered ? ')' : '+';
  ++nesting_, ++lists_;
  const std::string out = items(id, mark);
  --nesting_, --lists_;
  if (out.empty()) return;
  const std::size_t end = flow.out.size();
  const char above = flow.last_list;
  add_block(flow, out);
  // In an item the text above and the list below are one thought, and the list is tight.
  const bool can_follow = !is_ordered || out.starts_with("1.");
  if (lists_ > 0 && end > 0 && above == 0 && can_follow && flow.out.size() > end) flow.out.erase(end, 1);
  flow.last_list = mark;
}

void BlockWriter::definitions(Flow& flow, NodeId id) {
  for (NodeId child = id + 1; child < tree_.at(id).end && !is_too_long_; child = tree_.at(child).end) {
    if (is_skipped(child)) continue;
    const Tag tag = tree_.at(child).tag;
    if (tag == Tag::div) {
      definitions(flow, child);
    } else if (tag == Tag::dt && !tree_.at(child).has_block) {
      flow.line.open(Mark::strong);
      inline_children(flow.line, child);
      flow.line.close(Mark::strong);
      end_line(flow);
    } else if (tag != Tag::text || !trim(tree_.at(child).text).empty()) {
      node(flow, child);
      end_line(flow);
    }
  }
}

}  // namespace doc_reader
