// How much room text takes on a terminal, as psql counts it.
#pragma once

#include <cstddef>
#include <string_view>

namespace postgres {

struct Character {
  std::size_t bytes = 1;
  std::size_t columns = 1;  ///< 0 for combining ones, 2 for wide ones.
};

/// The character that begins at `at`, which is inside of `text`.
[[nodiscard]] Character character_at(std::string_view text, std::size_t at);
[[nodiscard]] std::size_t display_width(std::string_view text);

}  // namespace postgres
