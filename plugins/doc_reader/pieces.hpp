// Cuts a long text so that a model can read it piece by piece.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "collet/result.hpp"

namespace doc_reader {

/// About how many tokens a model takes this for: four ASCII characters, or one other.
[[nodiscard]] std::int64_t tokens_in(std::string_view text);

struct Piece {
  std::string text;
  std::string next;  ///< Cursor of the rest; "" when this is the end.
  std::size_t begin = 0, end = 0;
};

/// From `cursor` on ("": the beginning), as much as fits into `tokens_max` and `bytes_max`,
/// up to a sensible end: before a heading, then a paragraph, then a line, then a word.
/// Fences of code that are cut are closed and opened again.
/// @error invalid: a cursor of another document, or none.
[[nodiscard]] collet::Result<Piece> piece_of(std::string_view markdown, std::string_view cursor, std::int64_t tokens_max, std::size_t bytes_max);

}  // namespace doc_reader
