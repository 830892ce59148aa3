// What the model is shown of a document.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "document.hpp"
#include "request.hpp"

namespace doc_reader {

/// Between two marks that the document cannot know: what stands in a document is data,
/// whatever it says of itself.
[[nodiscard]] std::string fenced_as_untrusted(std::string_view text);

/// Facts, then the wanted part. @param origin where it comes from, for people.
/// @error invalid: the cursor.
[[nodiscard]] collet::Result<std::string> answer_to(const Request& request, const Document& document, std::string_view origin, std::size_t bytes_max);

/// Facts, then all of the text there is room for. @param origin as above.
[[nodiscard]] std::string shown_whole(const Document& document, std::string_view origin, std::size_t bytes_max);

/// The whole document, as long as there is room. A longer one ends with how to go on.
[[nodiscard]] std::string whole_answer(const Document& document, std::size_t bytes_max);

}  // namespace doc_reader
