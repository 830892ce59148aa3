// Takes out of a page what the parser would read byte by byte for nothing.
#pragma once

#include <string>
#include <string_view>

namespace doc_reader {

/// `html` without comments and without what stands in scripts (but JSON-LD) and styles:
/// most of a page today, and read at a tenth of the speed of this.
[[nodiscard]] std::string skimmed(std::string_view html);

}  // namespace doc_reader
