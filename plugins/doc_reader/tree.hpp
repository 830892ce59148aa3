// An HTML document as a flat tree in document order.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "collet/result.hpp"
#include "limits.hpp"

namespace doc_reader {

/// What the readers tell apart. Everything else is `other`.
enum class Tag : std::uint8_t {
  text, other, a, abbr, address, article, aside, b, base, blockquote, body, br, button, caption, center, cite, code, dd, del, details,
  div, dl, dt, em, fieldset, figcaption, figure, font, footer, form, h1, h2, h3, h4, h5, h6, head, header, hgroup, hr, html, i, img,
  input, ins, kbd, label, legend, li, link, main, mark, math, menu, meta, nav, ol, option, p, picture, pre, q, s, samp, script,
  section, select, small, span, strike, strong, sub, summary, sup, table, tbody, td, textarea, tfoot, th, thead, time, title, tr, tt,
  u, ul, var, wbr, count
};

using NodeId = std::uint32_t;
inline constexpr NodeId kNoNode = 0xFFFFFFFF;

struct Attribute {
  std::string_view name;
  std::string_view value;
};

/// Descendants of node n are n + 1 up to, not including, n.end.
struct Node {
  Tag tag = Tag::other;
  bool is_hidden = false;  ///< Said to be invisible, by an attribute or its own style.
  bool has_block = false;  ///< A descendant does not stand in a line of text.
  std::uint16_t depth = 0;
  NodeId parent = kNoNode;
  NodeId end = 0;
  std::uint32_t attributes_begin = 0;
  std::uint32_t attributes_count = 0;
  std::string_view text;  ///< Of Tag::text.
};

/// Owns what its views point to. Never changes, so any thread may read it.
class Tree {
 public:
  /// @param html UTF-8. Comments, styles, templates, pictures drawn in place, frames and
  /// scripts (but JSON-LD) are left out.
  /// @error limit, naming the limit.
  [[nodiscard]] static collet::Result<Tree> parse(std::string_view html, const Limits& limits);

  [[nodiscard]] const std::vector<Node>& nodes() const { return nodes_; }
  [[nodiscard]] const Node& at(NodeId id) const { return nodes_[id]; }
  [[nodiscard]] NodeId size() const { return static_cast<NodeId>(nodes_.size()); }
  /// "" when it has none.
  [[nodiscard]] std::string_view attribute(NodeId id, std::string_view name) const;
  [[nodiscard]] bool has_attribute(NodeId id, std::string_view name) const;
  /// The first of this tag, or kNoNode.
  [[nodiscard]] NodeId find(Tag tag, NodeId from = 0) const;

 private:
  friend class TreeBuilder;
  friend class TreeMaker;
  std::vector<Node> nodes_;
  std::vector<Attribute> attributes_;
  std::shared_ptr<const void> storage_;
};

[[nodiscard]] constexpr bool is_heading(Tag tag) { return tag >= Tag::h1 && tag <= Tag::h6; }
/// Stands in a line of text. Text does, too.
[[nodiscard]] bool is_inline(Tag tag);

}  // namespace doc_reader
