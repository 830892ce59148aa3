// What a page says of itself.
#pragma once

#include "document.hpp"
#include "tree.hpp"

namespace doc_reader {

/// From JSON-LD, <meta>, <title>, <time> and lang, the first that says it.
[[nodiscard]] Metadata metadata_of(const Tree& tree);

/// The first heading of this level, as plain text; "" for none.
[[nodiscard]] std::string first_heading(const Tree& tree, Tag level);

}  // namespace doc_reader
