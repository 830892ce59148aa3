// The main text of a page, without what stands around it.
#pragma once

#include <vector>

#include "tree.hpp"

namespace doc_reader {

struct Article {
  NodeId root = kNoNode;        ///< kNoNode: the page has no main text.
  std::vector<bool> left_out;   ///< For each node of the tree: not a part of it, with all in it.
};

/// By where the paragraphs are, then by what names, links and roles say of the rest.
[[nodiscard]] Article find_article(const Tree& tree);

}  // namespace doc_reader
