// Name patterns of backslash commands: shop.ord*, "Mixed Case".
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace postgres {

/// Regular expressions of the server for both halves; an absent one matches all.
struct Pattern {
  std::optional<std::string> schema, name;
};

[[nodiscard]] Pattern read_pattern(std::string_view text);

}  // namespace postgres
