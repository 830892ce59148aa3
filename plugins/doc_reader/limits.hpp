// How much a document may cost. Each is an option of the plugin; see README.md.
#pragma once

#include <cstddef>
#include <cstdint>

namespace doc_reader {

struct Limits {
  std::size_t document_bytes_max = 15u << 20;       ///< A document as it comes.
  std::size_t html_bytes_max = 8u << 20;            ///< Of HTML, which is read inside the server.
  std::size_t parse_memory_bytes_max = 128u << 20;  ///< What its tree may take.
  std::int64_t parse_ms_max = 2'000;                ///< How long making the tree may take.
  std::size_t markdown_bytes_max = 16u << 20;       ///< What is made of a document.
  std::size_t url_bytes_max = 2'048;                ///< Longer links are shown as their text.
  std::size_t table_cells_max = 20'000;             ///< Of one table; the rows after that are left out.
  std::size_t table_columns_max = 64;
  std::int64_t fetch_ms_max = 30'000;
  std::int64_t pdf_pages_max = 500;
  std::int64_t pdf_ms_max = 30'000;
  std::size_t pdf_text_bytes_max = 9u << 20;        ///< What pdftotext may write.
  std::size_t zip_entries_max = 10'000;             ///< Files in a docx, pptx, xlsx or EPUB.
  std::size_t zip_entry_bytes_max = 64u << 20;      ///< One of them, unpacked.
  std::size_t zip_bytes_max = 128u << 20;           ///< All that are read, unpacked.
  std::size_t zip_ratio_max = 200;                  ///< Unpacked bytes to packed ones, of one of them.
  std::int64_t zip_ms_max = 5'000;                  ///< How long unpacking and reading them may take.
  std::size_t xml_depth_max = 200;                  ///< Elements in elements of their XML.
  std::int64_t summary_input_tokens_max = 6'000;  ///< What a model is given at once.
  std::int64_t summary_tokens_default = 400;
  std::int64_t tokens_default = 4'000;              ///< A result without max_tokens.
};

/// Deeper elements are taken for children of the one at this depth, so that walks over a
/// tree may recurse.
inline constexpr int kTreeDepthMax = 200;

}  // namespace doc_reader
