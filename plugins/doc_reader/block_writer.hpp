// Writes blocks of Markdown: the walk over a tree behind to_markdown().
#pragma once

#include <string>
#include <string_view>

#include "inline.hpp"
#include "markdown.hpp"

namespace doc_reader {

/// Depth is bounded by the tree's own limit, so members may call each other.
class BlockWriter {
 public:
  BlockWriter(const Tree& tree, const MarkdownOptions& options, const Limits& limits) : tree_(tree), options_(options), limits_(limits) {}

  /// Blocks of the children of `id`, with an empty line between two.
  [[nodiscard]] std::string blocks_in(NodeId id);
  /// Everything in `id` as one line.
  [[nodiscard]] std::string line_in(NodeId id, Place place);
  [[nodiscard]] bool is_too_long() const { return is_too_long_; }

 private:
  // Deeper lists and quotes are written as if they stood at this depth: each level copies
  // its text once.
  static constexpr int kNestingMax = 12;

  /// Blocks, one after the other; text between blocks gathers in a line.
  struct Flow {
    std::string out;
    Line line;
    char last_list = 0;  ///< The sign of a list that stands right above, else 0.
  };

  [[nodiscard]] bool is_skipped(NodeId id) const;
  void children(Flow& flow, NodeId id);
  void node(Flow& flow, NodeId id);
  void block(Flow& flow, NodeId id);
  void inline_node(Line& line, NodeId id);
  void inline_children(Line& line, NodeId id);
  void image(Line& line, NodeId id);
  void link(Line& line, NodeId id);
  [[nodiscard]] std::string destination_of(std::string_view reference) const;
  void end_line(Flow& flow);
  void add_block(Flow& flow, std::string_view block);

  void heading(Flow& flow, NodeId id);
  void quote(Flow& flow, NodeId id);
  void preformatted(Flow& flow, NodeId id);
  void transparent(Flow& flow, NodeId id);

  // lists: list_writer.cpp
  void list(Flow& flow, NodeId id);
  [[nodiscard]] std::string items(NodeId list, char mark);
  [[nodiscard]] std::string item(NodeId id, const std::string& sign);
  void definitions(Flow& flow, NodeId id);

  // tables: table_writer.cpp
  void table(Flow& flow, NodeId id);
  [[nodiscard]] bool is_data_table(NodeId id) const;

  const Tree& tree_;
  const MarkdownOptions& options_;
  const Limits& limits_;
  std::string enclosing_link_;  ///< Of an <a> around blocks: each line in it is the link.
  int nesting_ = 0;             ///< Of lists and quotes.
  int lists_ = 0;               ///< Lists alone.
  std::size_t bytes_ = 0;
  bool is_too_long_ = false;
};

/// The text in `id`, line ends kept.
[[nodiscard]] std::string raw_text(const Tree& tree, NodeId id);

}  // namespace doc_reader
