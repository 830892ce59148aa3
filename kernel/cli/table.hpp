// Text in columns.
#pragma once

#include <string>
#include <vector>

namespace collet::cli {

struct Table {
  std::vector<std::string> head;
  std::vector<std::vector<std::string>> rows;

  /// One line each, columns two blanks apart, the last one cut to fit.
  /// @param width of the screen; 0: nothing is cut.
  [[nodiscard]] std::string text(std::size_t width) const;
};

}  // namespace collet::cli
