// What pdftotext -tsv writes: words with their places.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace doc_reader {

/// In points, from the top left corner.
struct Box {
  double x_min = 0, y_min = 0, x_max = 0, y_max = 0;
  [[nodiscard]] double height() const { return y_max - y_min; }
  [[nodiscard]] double middle() const { return (y_min + y_max) / 2; }
};

struct PdfWord {
  Box box;
  std::string text;
};

struct PdfLine {
  Box box;
  std::vector<PdfWord> words;
  bool begins_block = false;
};

struct PdfPage {
  std::vector<PdfLine> lines;  ///< In reading order.
};

/// The text comes out of a box that a stranger's file was read in, so anything may stand in
/// it: what does not fit is skipped.
/// @param is_cut its end is missing: the last page is left out.
[[nodiscard]] std::vector<PdfPage> read_layout(std::string_view rows, bool is_cut);

}  // namespace doc_reader
