// What a page says of itself.
#pragma once

#include "document.hpp"
#include "tree.hpp"

namespace doc_reader {

/// From JSON-LD, <meta>, <title>, <time> and lang, the first that says it.
[[nodiscard]] Metadata metadata_of(const Tree& tree);

}  // namespace doc_reader
