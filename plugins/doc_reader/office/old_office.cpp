#include "office/old_office.hpp"

#include <array>

namespace doc_reader {
namespace {

constexpr std::size_t kEntryBytes = 128;   ///< Of the directory: a name of UTF-16, then what it is.
constexpr std::size_t kHeaderBytes = 512;

/// Does an entry of the file's directory bear this name?
bool has_entry(std::string_view bytes, std::string_view name) {
  std::string wide;
  for (const char c : name) wide += c, wide += '\0';
  for (std::size_t at = kHeaderBytes; at + kEntryBytes <= bytes.size(); at += kEntryBytes) {
    if (bytes.substr(at).starts_with(wide)) return true;
  }
  return false;
}

}  // namespace

std::string old_office_hint(std::string_view bytes) {
  struct Known {
    std::string_view entry, hint;
  };
  static constexpr std::array<Known, 6> kKnown = {{{"EncryptedPackage", "an encrypted Office document, which needs a password; ask for a copy without one"},
                                                   {"WordDocument", "a Word 97 document (.doc), which is not read; save it as .docx"},
                                                   {"Workbook", "an Excel 97 workbook (.xls), which is not read; save it as .xlsx"},
                                                   {"Book", "an Excel 5 workbook (.xls), which is not read; save it as .xlsx"},
                                                   {"PowerPoint Document", "a PowerPoint 97 presentation (.ppt), which is not read; save it as .pptx"},
                                                   {"__properties_version1.0", "an Outlook message (.msg), which is not read; save it as text or HTML"}}};
  for (const auto& [entry, hint] : kKnown) {
    if (has_entry(bytes, entry)) return std::string(hint);
  }
  return "an OLE file of an older program, which is not read; save it as docx, pptx, xlsx or PDF";
}

}  // namespace doc_reader
