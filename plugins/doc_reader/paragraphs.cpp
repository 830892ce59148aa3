#include "paragraphs.hpp"

#include <algorithm>
#include <string_view>

#include "words.hpp"

namespace doc_reader {
namespace {

// A paragraph has some length, or the end of a sentence.
constexpr std::uint32_t kParagraphChars = 60, kSentenceChars = 25;

}  // namespace

Paragraphs::Paragraphs(const Tree& tree) : tree_(tree), measures_(tree.size()) {
  for (NodeId id = tree_.size(); id-- > 0;) {
    const Node& node = tree_.at(id);
    Measure& own = measures_[id];
    if (node.tag == Tag::text) own.chars = static_cast<std::uint32_t>(std::ranges::count_if(node.text, [](char c) { return !is_space(c); }));
    if (node.tag == Tag::script) own = {};
    if (node.tag == Tag::a) own.link_chars = own.chars;
    if (node.parent == kNoNode || node.is_hidden) continue;
    measures_[node.parent].chars += own.chars;
    measures_[node.parent].link_chars += own.link_chars;
  }
}

bool Paragraphs::is_paragraph(NodeId id) const {
  const Node& node = tree_.at(id);
  if (is_inline(node.tag) || node.has_block || is_heading(node.tag) || node.is_hidden) return false;
  const Measure& own = measures_[id];
  if (own.chars < kSentenceChars || own.link_share() > kLinkShareMax) return false;
  return own.chars >= kParagraphChars || ends_sentence(id);
}

bool Paragraphs::ends_sentence(NodeId id) const {
  for (NodeId i = tree_.at(id).end; i-- > id;) {
    const auto text = trim(tree_.at(i).text);
    if (!text.empty()) return std::string_view(".!?:\"").find(text.back()) != std::string_view::npos;
  }
  return false;
}

/// Text between blocks counts as a paragraph, too.
std::uint32_t Paragraphs::loose_text(NodeId id) const {
  const Node& node = tree_.at(id);
  if (node.tag != Tag::text || node.parent == kNoNode || !tree_.at(node.parent).has_block || is_inline(tree_.at(node.parent).tag)) return 0;
  return measures_[id].chars >= kParagraphChars ? measures_[id].chars : 0;
}

void Paragraphs::count(NodeId body, const std::vector<bool>& around) {
  for (Measure& each : measures_) each.good = 0;
  for (NodeId id = tree_.at(body).end; id-- > body;) {
    Measure& own = measures_[id];
    own.good += is_paragraph(id) ? own.chars - own.link_chars : loose_text(id);
    if (around[id] || tree_.at(id).is_hidden) own.good = 0;
    if (id > body) measures_[tree_.at(id).parent].good += own.good;
  }
}

}  // namespace doc_reader
