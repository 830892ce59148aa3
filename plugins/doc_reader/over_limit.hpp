// What a document is told that costs too much.
#pragma once

#include <string>
#include <string_view>

#include "collet/result.hpp"

namespace doc_reader {

/// @param what of the document is too much, up to "more than".
/// @param option of the plugin that sets the limit.
[[nodiscard]] inline collet::Error over_limit(std::string_view what, std::string_view option, auto value) {
  return {collet::Errc::limit, std::string(what) + " more than " + std::string(option) + " = " + std::to_string(value) +
                                   "; ask for a smaller document, or have this option of doc_reader raised"};
}

}  // namespace doc_reader
