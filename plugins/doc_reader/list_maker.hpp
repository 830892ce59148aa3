// Lists in a tree, made of paragraphs that only say at which level they stand.
#pragma once

#include <string>
#include <vector>

#include "tree_maker.hpp"

namespace doc_reader {

struct ListItem {
  std::string id;  ///< Of its list; items of several lists may alternate.
  int level = 0;
  int indent = 0;  ///< Of its left side, in any unit: tells where an item of another list belongs.
  bool is_ordered = false;
  int number = 1;  ///< When it is_ordered.
};

class ListMaker {
 public:
  explicit ListMaker(TreeMaker& maker) : maker_(maker) {}

  /// Closes and opens lists, then the item. It stays open: what follows may belong to it.
  void begin_item(const ListItem& item);
  [[nodiscard]] bool is_open() const { return !lists_.empty(); }
  void end() { close_from(0); }

 private:
  struct Open {
    ListItem item;
    std::size_t depth;  ///< Of the maker, before the list.
  };
  [[nodiscard]] static bool is_same(const ListItem& a, const ListItem& b);
  [[nodiscard]] std::size_t lists_around(const ListItem& item) const;
  void close_from(std::size_t count);

  TreeMaker& maker_;
  std::vector<Open> lists_;
};

}  // namespace doc_reader
