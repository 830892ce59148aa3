// What a query answers: rows as text, and errors as the server reports them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace postgres {

struct Column {
  std::string name;
  std::uint32_t type_oid = 0;
};

struct Cell {
  std::optional<std::string> text;   ///< Empty: NULL.
  std::uint64_t omitted_bytes = 0;   ///< Cut off at the end of `text`.
};

struct Table {
  std::vector<Column> columns;
  std::vector<std::vector<Cell>> rows;
  std::int64_t rows_omitted = 0;
  bool more_than_counted = false;  ///< rows_omitted is a lower bound.

  /// Text of a cell, "" for NULL and for a cell that is not there.
  [[nodiscard]] std::string at(std::size_t row, std::size_t column) const;
};

/// An error of the server, field by field; an empty field is absent.
struct ServerError {
  std::string severity, code, message, detail, hint, context;
  std::int64_t position = 0;  ///< 1-based, in characters of the statement; 0: none.
};

/// How a statement ended: with rows, or with the server's error.
struct Reply {
  Table table;
  std::optional<ServerError> error;
  std::int64_t rows_affected = 0;  ///< Of the last statement that answers no rows.
};

/// Whether the type's values are numbers, which psql aligns to the right.
[[nodiscard]] bool is_number(std::uint32_t type_oid);

}  // namespace postgres
