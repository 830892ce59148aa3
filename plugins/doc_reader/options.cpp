#include "options.hpp"

namespace doc_reader {

Limits limits_of(const collet::Value& config) {
  Limits out;
  const auto read = [&config](const char* name, auto& limit) {
    if (const auto value = config[name].as_int64()) limit = static_cast<std::remove_reference_t<decltype(limit)>>(*value);
  };
  read("document_bytes_max", out.document_bytes_max);
  read("html_bytes_max", out.html_bytes_max);
  read("parse_memory_bytes_max", out.parse_memory_bytes_max);
  read("parse_ms_max", out.parse_ms_max);
  read("markdown_bytes_max", out.markdown_bytes_max);
  read("url_bytes_max", out.url_bytes_max);
  read("table_cells_max", out.table_cells_max);
  read("table_columns_max", out.table_columns_max);
  read("fetch_ms_max", out.fetch_ms_max);
  read("pdf_pages_max", out.pdf_pages_max);
  read("pdf_ms_max", out.pdf_ms_max);
  read("pdf_text_bytes_max", out.pdf_text_bytes_max);
  read("zip_entries_max", out.zip_entries_max);
  read("zip_entry_bytes_max", out.zip_entry_bytes_max);
  read("zip_bytes_max", out.zip_bytes_max);
  read("zip_ratio_max", out.zip_ratio_max);
  read("zip_ms_max", out.zip_ms_max);
  read("xml_depth_max", out.xml_depth_max);
  read("summary_input_tokens_max", out.summary_input_tokens_max);
  read("summary_tokens_default", out.summary_tokens_default);
  read("tokens_default", out.tokens_default);
  return out;
}

}  // namespace doc_reader
