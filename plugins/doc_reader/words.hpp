// Characters, as the readers of this plugin see them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace doc_reader {

[[nodiscard]] constexpr bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }
[[nodiscard]] constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
[[nodiscard]] constexpr bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
[[nodiscard]] constexpr bool is_alnum(char c) { return is_alpha(c) || is_digit(c); }
[[nodiscard]] constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
[[nodiscard]] std::string lower(std::string_view text);
[[nodiscard]] std::string_view trim(std::string_view text);
/// Without regard to the case of ASCII letters.
[[nodiscard]] bool equals(std::string_view a, std::string_view b);
/// Is `needle`, in lower case, in `text`, in any case?
[[nodiscard]] bool contains(std::string_view text, std::string_view needle);

struct CodePoint {
  std::uint32_t value = 0xFFFD;
  std::size_t bytes = 1;
};
/// The first one of `text`, which is not empty. U+FFFD for a broken one.
[[nodiscard]] CodePoint decode(std::string_view text);
/// The last one. 0 when there is none.
[[nodiscard]] std::uint32_t last_code_point(std::string_view text);
void append_utf8(std::string& out, std::uint32_t code_point);

[[nodiscard]] bool is_unicode_space(std::uint32_t c);
/// Every reader takes it for punctuation.
[[nodiscard]] bool is_punctuation(std::uint32_t c);
/// Some reader may.
[[nodiscard]] bool may_be_punctuation(std::uint32_t c);
/// Shows as nothing: zero-width and direction marks, soft hyphens, tags. Text that a
/// person cannot see has no business in front of a model either.
[[nodiscard]] bool is_invisible(std::uint32_t c);

/// The number that `text` begins with, from 0 to `most`, else `other`.
[[nodiscard]] int number_in(std::string_view text, int most, int other);

/// One line: runs of white space are one space, invisible characters and control
/// characters are gone.
[[nodiscard]] std::string collapsed(std::string_view text);

}  // namespace doc_reader
