// A table as text: as psql prints it, as CSV, as JSON.
#pragma once

#include <string>
#include <string_view>

#include "table.hpp"

namespace postgres {

/// psql's default form: aligned columns and "(n rows)", with NULL shown as NULL.
/// @param title above the table, or "".
[[nodiscard]] std::string print_aligned(const Table& table, std::string_view title = {}, bool with_count = true);
/// psql's expanded form, one block for each row.
[[nodiscard]] std::string print_expanded(const Table& table);
/// RFC 4180 with a header line; NULL is an empty field.
[[nodiscard]] std::string print_csv(const Table& table);
/// {"columns": [...], "rows": [[...]], "row_count": n, "more_rows": n}
[[nodiscard]] std::string print_json(const Table& table);

/// "[12 more rows]\n", or "" when none was left out.
[[nodiscard]] std::string more_rows(const Table& table);
/// The text of a cell with what was cut off named: "abc...[12 more bytes]".
[[nodiscard]] std::string shown(const Cell& cell);

}  // namespace postgres
