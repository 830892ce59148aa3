// What a document is, told by its content before what anybody says of it.
#pragma once

#include <string>
#include <string_view>

namespace doc_reader {

enum class Kind { html, pdf, docx, pptx, xlsx, epub, markdown, text, json, csv, xml, zip, ole, image, binary };

/// A document as it came.
struct Source {
  std::string bytes;
  std::string content_type;  ///< "" when nobody said.
  std::string name;          ///< File name or URL; "" for none.
  std::string url;           ///< After redirects; "" when it has none.
};

[[nodiscard]] Kind kind_of(const Source& source);
/// For people: "a ZIP archive".
[[nodiscard]] std::string_view name_of(Kind kind);

}  // namespace doc_reader
