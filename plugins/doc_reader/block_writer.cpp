#include "block_writer.hpp"

#include <algorithm>
#include <utility>

#include "url.hpp"
#include "words.hpp"

namespace doc_reader {
namespace {

std::string_view language_in(std::string_view classes) {
  static constexpr std::string_view kPrefixes[] = {"language-", "lang-", "highlight-source-", "brush:", "sourceCode "};
  for (const auto prefix : kPrefixes) {
    const auto at = classes.find(prefix);
    if (at == std::string_view::npos) continue;
    auto name = trim(classes.substr(at + prefix.size()));
    name = name.substr(0, name.find_first_of(" ;"));
    const bool is_plain = std::ranges::all_of(name, [](char c) { return is_alnum(c) || c == '+' || c == '-' || c == '#' || c == '.' || c == '_'; });
    if (is_plain && name.size() <= 24) return name;
  }
  return {};
}

}  // namespace

std::string raw_text(const Tree& tree, NodeId id) {
  std::string out;
  for (NodeId i = id; i < tree.at(id).end; ++i) {
    if (tree.at(i).tag == Tag::text) out += tree.at(i).text;
    if (tree.at(i).tag == Tag::br) out += '\n';
  }
  return out;
}

bool BlockWriter::is_skipped(NodeId id) const {
  const Node& node = tree_.at(id);
  if (options_.left_out && (*options_.left_out)[id]) return true;
  switch (node.tag) {
    case Tag::head: case Tag::script: case Tag::meta: case Tag::link: case Tag::base: case Tag::title: case Tag::button: case Tag::select:
    case Tag::textarea: case Tag::option: return true;
    case Tag::html: case Tag::body: return false;  // hidden until a script shows it
    default: return node.is_hidden;
  }
}

std::string BlockWriter::blocks_in(NodeId id) {
  Flow flow;
  children(flow, id);
  end_line(flow);
  return std::move(flow.out);
}

std::string BlockWriter::line_in(NodeId id, Place place) {
  Line line;
  if (!enclosing_link_.empty()) line.open(Mark::link, enclosing_link_);
  inline_children(line, id);
  return line.markdown(place);
}

void BlockWriter::children(Flow& flow, NodeId id) {
  for (NodeId child = id + 1; child < tree_.at(id).end && !is_too_long_; child = tree_.at(child).end) node(flow, child);
}

void BlockWriter::node(Flow& flow, NodeId id) {
  if (is_skipped(id)) return;
  const Node& node = tree_.at(id);
  if (!is_inline(node.tag)) {
    end_line(flow);
    block(flow, id);
    return end_line(flow);
  }
  if (node.has_block) return transparent(flow, id);
  if (flow.line.is_empty() && !enclosing_link_.empty()) flow.line.open(Mark::link, enclosing_link_);
  inline_node(flow.line, id);
}

/// <a><h3>..</h3><p>..</p></a>: Markdown has no link around blocks.
void BlockWriter::transparent(Flow& flow, NodeId id) {
  if (tree_.at(id).tag != Tag::a || !enclosing_link_.empty()) return children(flow, id);
  end_line(flow);
  enclosing_link_ = destination_of(tree_.attribute(id, "href"));
  children(flow, id);
  end_line(flow);
  enclosing_link_.clear();
}

void BlockWriter::add_block(Flow& flow, std::string_view block) {
  while (!block.empty() && block.back() == '\n') block.remove_suffix(1);
  if (block.empty()) return;
  flow.last_list = 0;
  bytes_ += block.size() + 2;
  is_too_long_ = is_too_long_ || bytes_ > limits_.markdown_bytes_max;
  if (is_too_long_) return;
  if (!flow.out.empty()) flow.out += '\n';
  flow.out.append(block).append("\n");
}

void BlockWriter::end_line(Flow& flow) {
  Line line = std::exchange(flow.line, {});
  if (!line.is_empty()) add_block(flow, line.markdown(Place::paragraph));
}

void BlockWriter::block(Flow& flow, NodeId id) {
  switch (tree_.at(id).tag) {
    case Tag::h1: case Tag::h2: case Tag::h3: case Tag::h4: case Tag::h5: case Tag::h6: return heading(flow, id);
    case Tag::ul: case Tag::ol: case Tag::menu: return list(flow, id);
    case Tag::blockquote: return quote(flow, id);
    case Tag::pre: return preformatted(flow, id);
    case Tag::hr: return add_block(flow, "***");
    case Tag::table: return table(flow, id);
    case Tag::dl: return definitions(flow, id);
    default: return children(flow, id);
  }
}

void BlockWriter::heading(Flow& flow, NodeId id) {
  const std::string text = line_in(id, Place::heading);
  if (text.empty()) return;
  const auto level = static_cast<std::size_t>(tree_.at(id).tag) - static_cast<std::size_t>(Tag::h1) + 1;
  add_block(flow, std::string(level, '#') + " " + text);
}

void BlockWriter::quote(Flow& flow, NodeId id) {
  if (nesting_ >= kNestingMax) return children(flow, id);
  ++nesting_;
  std::string text = blocks_in(id);
  --nesting_;
  if (text.empty()) return;
  text.pop_back();
  std::string out = "> ";
  for (std::size_t i = 0; i < text.size(); ++i) {
    out += text[i];
    if (text[i] == '\n') out += i + 1 < text.size() && text[i + 1] == '\n' ? ">" : "> ";
  }
  add_block(flow, out);
}

void BlockWriter::preformatted(Flow& flow, NodeId id) {
  std::string text = raw_text(tree_, id);
  std::string clean;
  for (std::string_view rest = text; !rest.empty();) {
    const auto [c, bytes] = decode(rest);
    if (!is_invisible(c) && c != '\r') clean.append(rest.substr(0, bytes));
    rest.remove_prefix(bytes);
  }
  while (!clean.empty() && is_space(clean.back())) clean.pop_back();
  clean.erase(0, std::min(clean.find_first_not_of('\n'), clean.size()));
  clean = code_text(clean);
  if (clean.empty()) return;
  std::string_view language = language_in(tree_.attribute(id, "class"));
  for (NodeId i = id + 1; language.empty() && i < tree_.at(id).end && i < id + 4; ++i) language = language_in(tree_.attribute(i, "class"));
  if (language.empty() && tree_.at(id).parent != kNoNode) language = language_in(tree_.attribute(tree_.at(id).parent, "class"));
  std::size_t longest = 2, run = 0;
  for (const char c : clean) longest = std::max(longest, run = c == '`' ? run + 1 : 0);
  const std::string fence(longest + 1, '`');
  add_block(flow, fence + std::string(language) + "\n" + clean + "\n" + fence);
}

std::string base_of(const Tree& tree, std::string_view page_url) {
  const NodeId base = tree.find(Tag::base);
  return base == kNoNode ? std::string(page_url) : resolve_url(page_url, tree.attribute(base, "href"));
}

collet::Result<std::string> to_markdown(const Tree& tree, const MarkdownOptions& options, const Limits& limits) {
  if (tree.size() == 0) return std::string();
  BlockWriter writer(tree, options, limits);
  std::string out = writer.blocks_in(options.root);
  if (writer.is_too_long()) {
    return collet::Error{collet::Errc::limit, "the Markdown is longer than markdown_bytes_max = " + std::to_string(limits.markdown_bytes_max) + "; ask for a smaller page"};
  }
  return out;
}

}  // namespace doc_reader
