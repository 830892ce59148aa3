// Tables in a PDF: there are none, only words that stand below one another.
#pragma once

#include <string>
#include <vector>

#include "limits.hpp"
#include "pdf_layout.hpp"

namespace doc_reader {

struct PdfTable {
  Box box;
  std::vector<std::vector<std::string>> rows;  ///< All of one length.
};

/// Rows that follow each other closely and share their columns. Text in columns is none.
[[nodiscard]] std::vector<PdfTable> find_tables(const PdfPage& page, const Limits& limits);

}  // namespace doc_reader
