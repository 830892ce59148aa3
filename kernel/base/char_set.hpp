// Which characters may stand somewhere, as a table.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace collet::base {

class CharSet {
 public:
  /// Those for which `holds` is true.
  template <class Predicate>
  constexpr explicit CharSet(Predicate holds) {
    for (std::size_t i = 0; i < table_.size(); ++i) table_[i] = holds(static_cast<char>(i));
  }

  [[nodiscard]] constexpr bool holds(char c) const { return table_[static_cast<unsigned char>(c)]; }
  /// True for an empty text too.
  [[nodiscard]] constexpr bool holds_all(std::string_view text) const {
    for (const char c : text) {
      if (!holds(c)) return false;
    }
    return true;
  }
  [[nodiscard]] constexpr bool holds_none(std::string_view text) const {
    for (const char c : text) {
      if (holds(c)) return false;
    }
    return true;
  }

 private:
  std::array<bool, 256> table_{};
};

}  // namespace collet::base
