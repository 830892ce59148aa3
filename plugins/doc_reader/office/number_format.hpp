// What the cells of a workbook show for their numbers.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "xml.hpp"

namespace doc_reader {

/// As far as it changes what a number means.
struct NumberFormat {
  enum class Kind { plain, percent, date, time, date_time, elapsed };
  Kind kind = Kind::plain;
  int decimals = 0;  ///< Of a percentage.
};

/// "dd/mm/yyyy", "[h]:mm", "0.0%".
[[nodiscard]] NumberFormat format_of_code(std::string_view code);

/// `number` as it stands in the file. Dates are "2024-05-06", times "13:45:00", whatever the
/// order and signs of the format; what is no number stays as it is.
/// @param from_1904 the workbook counts days from 1904 on.
[[nodiscard]] std::string shown_number(std::string_view number, const NumberFormat& format, bool from_1904);

/// The formats of a workbook's cells, by their style.
class CellFormats {
 public:
  CellFormats() = default;
  /// @param styles the part "styles".
  explicit CellFormats(const XmlTree& styles);
  [[nodiscard]] NumberFormat of(std::string_view style) const;

 private:
  std::vector<NumberFormat> formats_;
};

}  // namespace doc_reader
