#include "cli/table.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "cli/console.hpp"

namespace collet::cli {

std::string Table::text(std::size_t width) const {
  std::vector<std::size_t> widths(head.size());
  const auto measure = [&](const std::vector<std::string>& row) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], display_width(row[i]));
  };
  measure(head);
  for (const auto& row : rows) measure(row);

  std::string out;
  const auto write = [&](const std::vector<std::string>& row) {
    std::string line;
    std::size_t used = 0;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const bool last = i + 1 == row.size();
      line += last && width > used + 8 ? base::shorten(row[i], width - used) : row[i];
      if (!last) line.append(widths[i] - display_width(row[i]) + 2, ' ');
      used += widths[i] + 2;
    }
    out.append(line, 0, line.find_last_not_of(' ') + 1) += '\n';
  };
  write(head);
  for (const auto& row : rows) write(row);
  return out;
}

}  // namespace collet::cli
