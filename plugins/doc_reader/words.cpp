#include "words.hpp"

#include <algorithm>
#include <charconv>

namespace doc_reader {

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), to_lower);
  return out;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

bool equals(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::ranges::equal(a, b, {}, to_lower, to_lower);
}

bool contains(std::string_view text, std::string_view needle) {
  return !std::ranges::search(text, needle, {}, to_lower).empty() || needle.empty();
}

CodePoint decode(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead >= 0xF0 && lead < 0xF5 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 1;
  if (length == 1 || lead >= 0xF5 || text.size() < length) return {};
  std::uint32_t value = lead & (0xFFu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xC0) != 0x80) return {};
    value = (value << 6) | (next & 0x3Fu);
  }
  const bool is_too_long = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
  if (is_too_long || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) return {};
  return {value, length};
}

std::uint32_t last_code_point(std::string_view text) {
  if (text.empty()) return 0;
  std::size_t at = text.size() - 1;
  while (at > 0 && text.size() - at < 4 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) --at;
  return decode(text.substr(at)).value;
}

void append_utf8(std::string& out, std::uint32_t c) {
  const auto put = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (c < 0x80) return put(c);
  if (c < 0x800) return put(0xC0 | (c >> 6)), put(0x80 | (c & 0x3F));
  if (c < 0x10000) return put(0xE0 | (c >> 12)), put(0x80 | ((c >> 6) & 0x3F)), put(0x80 | (c & 0x3F));
  put(0xF0 | (c >> 18)), put(0x80 | ((c >> 12) & 0x3F)), put(0x80 | ((c >> 6) & 0x3F)), put(0x80 | (c & 0x3F));
}

bool is_unicode_space(std::uint32_t c) {
  return c == ' ' || (c >= 9 && c <= 13) || c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 ||
         c == 0x202F || c == 0x205F || c == 0x3000;
}

bool is_punctuation(std::uint32_t c) {
  if (c < 0x80) return c > ' ' && c < 0x7F && !is_alnum(static_cast<char>(c));
  return c == 0xAB || c == 0xBB || (c >= 0x2013 && c <= 0x2014) || (c >= 0x2018 && c <= 0x201F) || c == 0x2026 || (c >= 0x3001 && c <= 0x3002);
}

bool may_be_punctuation(std::uint32_t c) {
  return is_punctuation(c) || (c >= 0xA1 && c <= 0xBF) || c == 0xD7 || c == 0xF7 || (c >= 0x2010 && c <= 0x2BFF) || (c >= 0x2E00 && c <= 0x2E7F) ||
         (c >= 0x3001 && c <= 0x3020) || c == 0x30FB || (c >= 0xFE10 && c <= 0xFE6F) || (c >= 0xFF01 && c <= 0xFF0F) ||
         (c >= 0xFF1A && c <= 0xFF20) || (c >= 0xFF3B && c <= 0xFF40) || (c >= 0xFF5B && c <= 0xFF65) || (c >= 0x1F000 && c <= 0x1FAFF) ||
         c == 0xFFFD;
}

bool is_invisible(std::uint32_t c) {
  return (c < 0x20 && !(c >= 9 && c <= 13)) || (c >= 0x7F && c < 0x85) || (c > 0x85 && c < 0xA0) || c == 0xAD || c == 0x034F || c == 0x061C ||
         (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
         (c >= 0xE0000 && c <= 0xE01EF) || (c >= 0xFFF0 && c <= 0xFFFB);
}

int number_in(std::string_view text, int most, int other) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && value >= 0 && value <= most ? value : other;
}

std::string collapsed(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool has_space = false;
  while (!text.empty()) {
    const auto [c, bytes] = decode(text);
    text.remove_prefix(bytes);
    if (is_invisible(c)) continue;
    if (is_unicode_space(c)) {
      has_space = true;
      continue;
    }
    if (has_space && !out.empty()) out += ' ';
    has_space = false;
    append_utf8(out, c);
  }
  return out;
}

}  // namespace doc_reader
