// Bytes of a page as UTF-8, in the character set that a browser would take.
#pragma once

#include <string>
#include <string_view>

namespace doc_reader {

struct Decoded {
  std::string text;     ///< UTF-8; what could not be read is U+FFFD.
  std::string charset;  ///< As iconv calls it.
};

/// A byte order mark comes first, then what the header says, then a <meta> in the first
/// 1024 bytes, then UTF-8 if that is what it is, and windows-1252 for the rest.
/// @param header the charset of the content type; "" for none.
[[nodiscard]] Decoded decode_text(std::string_view bytes, std::string_view header, bool is_html);

/// iconv's name for one of the labels that pages use; "" for an unknown one.
[[nodiscard]] std::string charset_of_label(std::string_view label);

/// "text/html; charset=x" -> "x".
[[nodiscard]] std::string charset_parameter(std::string_view content_type);

}  // namespace doc_reader
