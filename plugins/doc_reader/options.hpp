// The plugin's options: one for each limit.
#pragma once

#include "collet/json.hpp"
#include "limits.hpp"

namespace doc_reader {

/// `config` has passed the schema below.
[[nodiscard]] Limits limits_of(const collet::Value& config);

}  // namespace doc_reader

// A macro, as the manifest has to be one literal. The defaults are those of Limits.
#define DOC_READER_OPTION(name, text) "\"" name "\": {\"type\": \"integer\", \"minimum\": 1, \"description\": \"" text "\"}"
#define DOC_READER_OPTION_TO(name, most, text) \
  "\"" name "\": {\"type\": \"integer\", \"minimum\": 1, \"maximum\": " #most ", \"description\": \"" text "\"}"
#define DOC_READER_CONFIG_SCHEMA                                                                                         \
  "{\"type\": \"object\", \"additionalProperties\": false, \"properties\": {"                                            \
  DOC_READER_OPTION("document_bytes_max", "A document as it comes, bytes.") ","                                          \
  DOC_READER_OPTION("html_bytes_max", "HTML, which is read inside the server, bytes.") ","                               \
  DOC_READER_OPTION("parse_memory_bytes_max", "What the tree of a page may take, bytes.") ","                            \
  DOC_READER_OPTION("parse_ms_max", "How long making that tree may take.") ","                                           \
  DOC_READER_OPTION("markdown_bytes_max", "What is made of a document, bytes.") ","                                      \
  DOC_READER_OPTION("url_bytes_max", "Longer links are shown as their text.") ","                                        \
  DOC_READER_OPTION("table_cells_max", "Cells of one table; the rows after that are left out.") ","                      \
  DOC_READER_OPTION("table_columns_max", "Columns of one table.") ","                                                    \
  DOC_READER_OPTION("fetch_ms_max", "How long fetching a URL may take.") ","                                             \
  DOC_READER_OPTION("pdf_pages_max", "Pages of a PDF that one call reads.") ","                                          \
  DOC_READER_OPTION("pdf_ms_max", "How long reading a PDF may take.") ","                                                \
  DOC_READER_OPTION("pdf_text_bytes_max", "What the PDF's reader may write, bytes.") ","                                 \
  DOC_READER_OPTION("zip_entries_max", "Files in a docx, pptx, xlsx or EPUB.") ","                                       \
  DOC_READER_OPTION("zip_entry_bytes_max", "One of them, unpacked, bytes.") ","                                          \
  DOC_READER_OPTION("zip_bytes_max", "All of them that are read, unpacked, bytes.") ","                                  \
  DOC_READER_OPTION("zip_ratio_max", "Unpacked bytes to packed ones, of one of them.") ","                               \
  DOC_READER_OPTION("zip_ms_max", "How long unpacking and reading them may take.") ","                                   \
  DOC_READER_OPTION_TO("xml_depth_max", 1000, "Elements in elements of their XML.") ","                                  \
  DOC_READER_OPTION("summary_input_tokens_max", "Tokens of a document that a model summarizes at once.") ","              \
  DOC_READER_OPTION("summary_tokens_default", "Length of a summary without max_tokens.") ","                              \
  DOC_READER_OPTION("tokens_default", "Length of a result without max_tokens.") "}}"
