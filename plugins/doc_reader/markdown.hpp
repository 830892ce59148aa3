// A tree as GitHub's Markdown.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "collet/result.hpp"
#include "limits.hpp"
#include "tree.hpp"

namespace doc_reader {

struct MarkdownOptions {
  std::string_view base_url;                 ///< Links are made absolute by it; "": they stay as they are.
  NodeId root = 0;                           ///< Only this subtree.
  const std::vector<bool>* left_out = nullptr;  ///< Nodes to skip, with everything in them.
  bool shows_images = true;
  bool absolute_links_only = false;  ///< Others lead to nothing that can be asked for.
};

/// Ends with a line end, or is empty. @error limit, naming the limit.
[[nodiscard]] collet::Result<std::string> to_markdown(const Tree& tree, const MarkdownOptions& options, const Limits& limits);

/// A page as its own <base> and address say.
[[nodiscard]] std::string base_of(const Tree& tree, std::string_view page_url);

}  // namespace doc_reader
