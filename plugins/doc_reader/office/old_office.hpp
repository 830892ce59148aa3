// Office files that are no ZIP archive: those before 2007, and encrypted ones.
#pragma once

#include <string>
#include <string_view>

namespace doc_reader {

/// What an OLE file is and what to do about it, for people: "a Word 97 document (.doc),
/// which is not read; save it as .docx".
[[nodiscard]] std::string old_office_hint(std::string_view bytes);

}  // namespace doc_reader
