// Small text helpers.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace collet::base {

[[nodiscard]] bool equals_ignoring_case(std::string_view a, std::string_view b);
[[nodiscard]] std::string to_lower(std::string_view text);
[[nodiscard]] std::string_view trim(std::string_view text);
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);
[[nodiscard]] std::string join(std::span<const std::string> parts, std::string_view separator);
/// Whole text as a decimal number; empty when it is anything else.
[[nodiscard]] std::optional<std::int64_t> parse_int64(std::string_view text);
/// `*` any run, `?` any one character; everything else stands for itself.
[[nodiscard]] bool glob_matches(std::string_view pattern, std::string_view text);
/// The candidate with the smallest edit distance, if it is close enough to be
/// what was meant; else "".
[[nodiscard]] std::string_view nearest(std::string_view word, std::span<const std::string> candidates);
/// The same bytes with broken UTF-8 replaced by U+FFFD.
[[nodiscard]] std::string repair_utf8(std::string_view bytes);
/// At most `bytes_max`, cut at a character boundary, with "..." if cut.
[[nodiscard]] std::string shorten(std::string_view text, std::size_t bytes_max);
[[nodiscard]] std::string hex(std::span<const std::uint8_t> bytes);
/// RFC 4648 with padding.
[[nodiscard]] std::string base64(std::string_view bytes);

}  // namespace collet::base
