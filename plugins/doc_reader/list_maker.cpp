#include "list_maker.hpp"

#include <algorithm>

namespace doc_reader {

void ListMaker::close_from(std::size_t count) {
  if (lists_.size() <= count) return;
  maker_.close_to(lists_[count].depth);
  lists_.resize(count);
}

/// Bullets of several kinds at one place are one list.
bool ListMaker::is_same(const ListItem& a, const ListItem& b) {
  return a.id == b.id || (!a.is_ordered && !b.is_ordered && a.level == b.level && a.indent == b.indent);
}

/// How many of the open lists stay open for this item, its own included.
std::size_t ListMaker::lists_around(const ListItem& item) const {
  const auto own = std::find_if(lists_.rbegin(), lists_.rend(), [&](const Open& open) { return is_same(open.item, item) && open.item.level <= item.level; });
  if (own != lists_.rend()) {
    const auto kept = static_cast<std::size_t>(lists_.rend() - own);
    return own->item.level == item.level && own->item.is_ordered != item.is_ordered ? kept - 1 : kept;
  }
  // Another list belongs to the item above it if it stands more to the right.
  std::size_t kept = lists_.size();
  while (kept > 0 && (lists_[kept - 1].item.id == item.id || lists_[kept - 1].item.indent >= item.indent)) --kept;
  return kept;
}

void ListMaker::begin_item(const ListItem& item) {
  close_from(lists_around(item));
  const bool is_new = lists_.empty() || !is_same(lists_.back().item, item) || lists_.back().item.level < item.level;
  if (is_new) {
    lists_.push_back({item, maker_.depth()});
    maker_.open(item.is_ordered ? Tag::ol : Tag::ul);
    if (item.is_ordered && item.number != 1) maker_.attribute("start", std::to_string(item.number));
  } else {
    maker_.close_to(lists_.back().depth + 1);  // the item before
  }
  maker_.open(Tag::li);
}

}  // namespace doc_reader
