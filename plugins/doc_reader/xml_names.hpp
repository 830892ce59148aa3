// Short prefixes for the namespaces that the readers know.
#pragma once

#include <string_view>

namespace doc_reader {

/// "w" for both of WordprocessingML's, and so on; "?" for an unknown one.
[[nodiscard]] std::string_view prefix_of(std::string_view namespace_uri);

/// The last part of the URI of a relationship: "hyperlink", in all editions of the standard.
[[nodiscard]] std::string_view last_part(std::string_view uri);

}  // namespace doc_reader
