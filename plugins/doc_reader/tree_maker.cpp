#include "tree_maker.hpp"

#include <utility>

#include "over_limit.hpp"

namespace doc_reader {

TreeMaker::TreeMaker(const Limits& limits) : limits_(limits), memory_(std::make_shared<std::pmr::monotonic_buffer_resource>()) { open(Tag::body); }

std::string_view TreeMaker::copy(std::string_view text) {
  if (text.empty()) return {};
  bytes_ += text.size();
  auto* out = static_cast<char*>(memory_->allocate(text.size(), 1));
  text.copy(out, text.size());
  return {out, text.size()};
}

void TreeMaker::add(Tag tag, std::string_view text) {
  bytes_ += sizeof(Node);
  Node node;
  node.tag = tag;
  node.text = text;
  node.parent = open_.empty() ? kNoNode : open_.back();
  node.depth = static_cast<std::uint16_t>(open_.size());
  node.end = tree_.size() + 1;
  node.attributes_begin = static_cast<std::uint32_t>(tree_.attributes_.size());
  tree_.nodes_.push_back(node);
}

void TreeMaker::open(Tag tag) {
  // What is deeper belongs to the element at this depth: walks over a tree recurse.
  const bool is_flat = open_.size() >= kTreeDepthMax || bytes_ > limits_.parse_memory_bytes_max;
  if (!is_flat) add(tag, {});
  open_.push_back(is_flat ? open_.back() : tree_.size() - 1);
}

void TreeMaker::attribute(std::string_view name, std::string_view value) {
  const bool is_last = open_.back() + 1 == tree_.size();
  if (!is_last || bytes_ > limits_.parse_memory_bytes_max) return;
  tree_.attributes_.push_back({name, copy(value)});
  ++tree_.nodes_.back().attributes_count;
}

void TreeMaker::text(std::string_view text) {
  if (!text.empty() && bytes_ <= limits_.parse_memory_bytes_max) add(Tag::text, copy(text));
}

void TreeMaker::close() {
  const NodeId id = open_.back();
  open_.pop_back();
  if (open_.empty() || open_.back() == id) return;  // flat
  Node& node = tree_.nodes_[id];
  node.end = tree_.size();
  if (node.has_block || !is_inline(node.tag)) tree_.nodes_[node.parent].has_block = true;
}

void TreeMaker::element(Tag tag, std::string_view content) {
  open(tag);
  text(content);
  close();
}

void TreeMaker::close_to(std::size_t depth) {
  while (open_.size() > depth) close();
}

collet::Result<Tree> TreeMaker::finish() {
  close_to(1);
  tree_.nodes_[0].end = tree_.size();
  if (bytes_ > limits_.parse_memory_bytes_max) return over_limit("the document's text and tables need", "parse_memory_bytes_max", limits_.parse_memory_bytes_max);
  tree_.storage_ = std::move(memory_);
  return std::move(tree_);
}

}  // namespace doc_reader
