// psql's aligned and expanded forms, byte for byte where a result is whole.
#include <algorithm>
#include <array>
#include <cstdio>
#include <vector>

#include "print.hpp"
#include "width.hpp"

namespace postgres {
namespace {

using Lines = std::vector<std::string>;

/// The lines of a value, with control characters spelled out as psql does.
Lines lines_of(std::string_view text) {
  Lines out(1);
  for (const char c : text) {
    if (c == '\n') {
      out.emplace_back();
    } else if (c == '\t') {
      do out.back() += ' ';
      while (display_width(out.back()) % 8 != 0);
    } else if (c == '\r') {
      out.back() += "\\r";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      std::array<char, 8> escape = {};
      std::snprintf(escape.data(), escape.size(), "\\x%02X", static_cast<unsigned>(static_cast<unsigned char>(c)));
      out.back() += escape.data();
    } else {
      out.back() += c;
    }
  }
  return out;
}

std::size_t width_of(const Lines& lines) {
  std::size_t widest = 0;
  for (const auto& line : lines) widest = std::max(widest, display_width(line));
  return widest;
}

std::string spaces(std::size_t count) { return std::string(count, ' '); }

/// One line of the headings, which are centred.
std::string heading_cell(const Lines& lines, std::size_t line, std::size_t width, bool is_last) {
  const std::string_view text = line < lines.size() ? std::string_view(lines[line]) : std::string_view();
  const std::size_t room = width - display_width(text);
  const char end = line + 1 < lines.size() ? '+' : ' ';
  std::string out = " " + spaces(room / 2) + std::string(text) + spaces(room - room / 2);
  return is_last && end == ' ' ? out + " " : out + end;
}

std::string cell(const Lines& lines, std::size_t line, std::size_t width, bool right, bool is_last) {
  const bool has_text = line < lines.size();
  const std::string_view text = has_text ? std::string_view(lines[line]) : std::string_view();
  const bool goes_on = line + 1 < lines.size();
  const std::string padding = spaces(width - display_width(text));
  if (right && has_text) return " " + padding + std::string(text) + (goes_on ? "+" : is_last ? "" : " ");
  if (is_last && !goes_on) return has_text ? " " + std::string(text) : " ";
  return " " + std::string(text) + padding + (goes_on ? "+" : " ");
}

std::string rule(const std::vector<std::size_t>& widths) {
  std::string out;
  for (std::size_t i = 0; i < widths.size(); ++i) out += (i == 0 ? "" : "+") + std::string(widths[i] + 2, '-');
  return (widths.empty() ? "--" : out) + "\n";
}

std::size_t height_of(const std::vector<Lines>& row) {
  std::size_t highest = 1;
  for (const auto& lines : row) highest = std::max(highest, lines.size());
  return highest;
}

std::string row_count(const Table& table) {
  const auto rows = table.rows.size();
  return "(" + std::to_string(rows) + (rows == 1 ? " row)\n" : " rows)\n");
}

struct Layout {
  std::vector<Lines> headings;
  std::vector<std::vector<Lines>> rows;
  std::vector<std::size_t> widths;

  explicit Layout(const Table& table) {
    for (const auto& column : table.columns) {
      headings.push_back(lines_of(column.name));
      widths.push_back(width_of(headings.back()));
    }
    for (const auto& from : table.rows) {
      auto& row = rows.emplace_back();
      for (std::size_t i = 0; i < from.size(); ++i) {
        row.push_back(lines_of(shown(from[i])));
        widths[i] = std::max(widths[i], width_of(row.back()));
      }
    }
  }
};

}  // namespace

std::string shown(const Cell& cell) {
  if (!cell.text) return "NULL";
  if (cell.omitted_bytes == 0) return *cell.text;
  return *cell.text + "...[" + std::to_string(cell.omitted_bytes) + " more bytes]";
}

std::string more_rows(const Table& table) {
  if (table.rows_omitted == 0 && !table.more_than_counted) return {};
  if (table.rows_omitted == 0) return "[more rows]\n";
  return "[" + std::string(table.more_than_counted ? "at least " : "") + std::to_string(table.rows_omitted) +
         (table.rows_omitted == 1 ? " more row]\n" : " more rows]\n");
}

std::string print_aligned(const Table& table, std::string_view title, bool with_count) {
  const Layout layout(table);
  const std::size_t columns = layout.widths.size();
  std::string out;
  if (!title.empty()) {
    std::size_t total = columns == 0 ? 0 : columns - 1;
    for (const auto width : layout.widths) total += width + 2;
    const std::size_t width = display_width(title);
    out += spaces(width < total ? (total - width) / 2 : 0) + std::string(title) + "\n";
  }
  for (std::size_t line = 0; line < height_of(layout.headings); ++line) {
    for (std::size_t i = 0; i < columns; ++i) out += (i == 0 ? "" : "|") + heading_cell(layout.headings[i], line, layout.widths[i], i + 1 == columns);
    if (columns > 0) out += "\n";
  }
  out += rule(layout.widths);
  for (const auto& row : layout.rows) {
    for (std::size_t line = 0; line < height_of(row) && columns > 0; ++line) {
      for (std::size_t i = 0; i < columns; ++i) {
        out += (i == 0 ? "" : "|") + cell(row[i], line, layout.widths[i], is_number(table.columns[i].type_oid), i + 1 == columns);
      }
      out += "\n";
    }
  }
  return out + (with_count ? row_count(table) : "") + more_rows(table);
}

std::string print_expanded(const Table& table) {
  const Layout layout(table);
  if (table.rows.empty()) return row_count(table) + more_rows(table);
  std::size_t names = 0, values = 0;
  for (const auto& heading : layout.headings) names = std::max(names, width_of(heading));
  for (const auto& row : layout.rows) {
    for (const auto& lines : row) values = std::max(values, width_of(lines));
  }
  std::string out;
  for (std::size_t r = 0; r < layout.rows.size(); ++r) {
    std::string head = "-[ RECORD " + std::to_string(r + 1) + " ]";
    if (head.size() < names + 1) head += std::string(names + 1 - head.size(), '-') + "+" + std::string(values + 1, '-');
    else if (head.size() == names + 1) head += "+" + std::string(values + 1, '-');
    else if (head.size() < names + values + 3) head += std::string(names + values + 3 - head.size(), '-');
    out += head + "\n";
    for (std::size_t i = 0; i < layout.headings.size(); ++i) {
      const Lines& name = layout.headings[i];
      const Lines& value = layout.rows[r][i];
      for (std::size_t line = 0; line < std::max(name.size(), value.size()); ++line) {
        const std::string label = line < name.size() ? name[line] : "";
        const std::string text = line < value.size() ? value[line] : "";
        const bool goes_on = line + 1 < value.size();
        out += label + spaces(names - display_width(label)) + (line + 1 < name.size() ? "+" : " ") + "|";
        out += goes_on ? " " + text + spaces(values - display_width(text)) + "+" : text.empty() ? " " : " " + text;
        out += "\n";
      }
    }
  }
  return out + more_rows(table);
}

}  // namespace postgres
