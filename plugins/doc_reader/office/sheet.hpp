// One sheet of a workbook: the cells that hold something.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "office/number_format.hpp"
#include "office/package.hpp"

namespace doc_reader {

using SharedStrings = std::deque<std::string>;  // no vector: it would double

/// The texts that cells name by number. @error limit: parse_memory_bytes_max.
[[nodiscard]] collet::Result<SharedStrings> read_shared_strings(std::string_view xml, std::string_view part, const Archive& archive);

struct Cell {
  int column = 0;                 ///< From 0 on.
  std::size_t shared = SIZE_MAX;  ///< Which shared string it shows; SIZE_MAX: `text`.
  std::string text;
};

struct SheetRow {
  int number = 0;  ///< From 1 on.
  std::vector<Cell> cells;
};

struct Sheet {
  std::vector<SheetRow> rows;  ///< Those that hold something.
  std::set<int> columns;       ///< That hold something in these rows.
  std::size_t more_rows = 0;   ///< That the limit on cells has left out.
  std::size_t hidden_rows = 0;
  std::size_t hidden_columns = 0;
  std::map<std::string, std::string, std::less<>> links;  ///< Ids of relations by cell: "B2".
};

struct SheetReading {
  const CellFormats& formats;
  bool from_1904 = false;
  bool shows_hidden = false;  ///< Rows and columns.
};

/// @error as read_xml().
[[nodiscard]] collet::Result<Sheet> read_sheet(std::string_view xml, std::string_view part, const Archive& archive, const SheetReading& reading);

/// "B" for 1.
[[nodiscard]] std::string column_name(int column);

}  // namespace doc_reader
