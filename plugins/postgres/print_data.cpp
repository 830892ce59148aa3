// CSV and JSON.
#include <algorithm>
#include <array>

#include "collet/json.hpp"
#include "print.hpp"

namespace postgres {
namespace {

std::string csv_field(const std::string& text) {
  if (!text.empty() && text.find_first_of(",\"\r\n") == std::string::npos && text != "\\.") return text;
  if (text.empty()) return "\"\"";  // an empty text, where NULL is nothing at all
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + "\"";
}

constexpr std::uint32_t kBool = 16, kJson = 114, kJsonb = 3802;

void write_cell(collet::JsonWriter& out, const Cell& cell, std::uint32_t type_oid) {
  if (!cell.text) {
    out.null();
    return;
  }
  if (cell.omitted_bytes == 0) {
    // Integers, floats, numeric: not money, and no number that JSON cannot hold (NaN).
    constexpr std::array<std::uint32_t, 7> kNumbers = {20, 21, 23, 26, 700, 701, 1700};
    const bool may_be_json = type_oid == kJson || type_oid == kJsonb || std::ranges::find(kNumbers, type_oid) != kNumbers.end();
    if (type_oid == kBool) {
      out.boolean(*cell.text == "t");
      return;
    }
    if (may_be_json && collet::Value::parse(*cell.text)) {
      out.raw(*cell.text);
      return;
    }
  }
  out.string(shown(cell));
}

}  // namespace

std::string print_csv(const Table& table) {
  std::string out;
  for (std::size_t i = 0; i < table.columns.size(); ++i) out += (i == 0 ? "" : ",") + csv_field(table.columns[i].name);
  out += "\n";
  for (const auto& row : table.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) out += (i == 0 ? "" : ",") + (row[i].text ? csv_field(shown(row[i])) : "");
    out += "\n";
  }
  return out + more_rows(table);
}

std::string print_json(const Table& table) {
  collet::JsonWriter out;
  out.begin_object().key("columns").begin_array();
  for (const auto& column : table.columns) out.string(column.name);
  out.end_array().key("rows").begin_array();
  for (const auto& row : table.rows) {
    out.begin_array();
    for (std::size_t i = 0; i < row.size(); ++i) write_cell(out, row[i], table.columns[i].type_oid);
    out.end_array();
  }
  out.end_array().member("row_count", static_cast<std::int64_t>(table.rows.size())).member("more_rows", table.rows_omitted);
  if (table.more_than_counted) out.member("more_rows_is_lower_bound", true);
  out.end_object();
  return out.take();
}

}  // namespace postgres
