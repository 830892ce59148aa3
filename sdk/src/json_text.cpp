// json_text.cpp - the spelling of strings and numbers; shared by writer and dump.
// SPDX-License-Identifier: Apache-2.0
#include "json_text.hpp"

#include <array>
#include <cmath>
#include <cstring>

#include "utf8.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace collet {

namespace {

// What a byte below 0x80 is written as: 0 itself, 'u' as \u00XX, else \ and this.
constexpr std::array<char, 256> escapes() {
  std::array<char, 256> table{};
  for (std::size_t c = 0; c < 0x20; ++c) table[c] = 'u';
  table['\b'] = 'b';
  table['\f'] = 'f';
  table['\n'] = 'n';
  table['\r'] = 'r';
  table['\t'] = 't';
  table['"'] = '"';
  table['\\'] = '\\';
  return table;
}
constexpr std::array<char, 256> kEscapes = escapes();
constexpr char kHex[] = "0123456789abcdef";

/// The first byte from `at` on that cannot be copied as it is.
const char* skip_plain(const char* at, const char* end) {
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  const __m128i space = _mm_set1_epi8(0x20);
  for (; end - at >= 16; at += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    // A signed "< 0x20" takes in both the controls and every byte >= 0x80.
    const __m128i special = _mm_or_si128(
        _mm_cmplt_epi8(block, space),
        _mm_or_si128(_mm_cmpeq_epi8(block, quote), _mm_cmpeq_epi8(block, backslash)));
    const int mask = _mm_movemask_epi8(special);
    if (mask != 0) return at + __builtin_ctz(static_cast<unsigned>(mask));
  }
#endif
  while (at < end && static_cast<signed char>(*at) >= 0x20 && *at != '"' && *at != '\\') ++at;
  return at;
}

void append_escape(std::string& out, unsigned char c) {
  const char escape = kEscapes[c];
  if (escape != 'u') {
    const char two[] = {'\\', escape};
    out.append(two, 2);
    return;
  }
  const char six[] = {'\\', 'u', '0', '0', kHex[c >> 4], kHex[c & 15]};
  out.append(six, 6);
}

/// A text that needs no escape, in one go: keys and most deltas are such.
void append_plain_quoted(std::string& out, std::string_view text) {
  const std::size_t before = out.size();
  out.resize(before + text.size() + 2);
  char* const to = out.data() + before;
  to[0] = '"';
  if (!text.empty()) std::memcpy(to + 1, text.data(), text.size());
  to[text.size() + 1] = '"';
}

}  // namespace

void append_quoted(std::string& out, std::string_view text) {
  if (skip_plain(text.data(), text.data() + text.size()) == text.data() + text.size()) {
    return append_plain_quoted(out, text);
  }
  out.push_back('"');
  const char* pending = text.data();  // begin of what is not copied yet
  const char* at = pending;
  const char* const end = at + text.size();
  while ((at = skip_plain(at, end)) < end) {
    const auto c = static_cast<unsigned char>(*at);
    if (c >= 0x80) {
      const utf8::Sequence next = utf8::sequence(at, end);
      if (next.well_formed) {
        at += next.length;
        continue;
      }
      out.append(pending, at);
      out.append(utf8::kReplacement);
      at += next.length;
    } else {
      out.append(pending, at);
      append_escape(out, c);
      ++at;
    }
    pending = at;
  }
  out.append(pending, end);
  out.push_back('"');
}

void append_real(std::string& out, double number) {
  if (!std::isfinite(number)) {
    out.append("null");
    return;
  }
  const double size = std::fabs(number);
  const bool plain = size == 0 || (size >= 1e-5 && size < 1e17);
  char digits[48];
  const auto format = plain ? std::chars_format::fixed : std::chars_format::scientific;
  const auto end = std::to_chars(digits, digits + sizeof digits, number, format).ptr;
  out.append(digits, end);
  if (plain && std::memchr(digits, '.', static_cast<std::size_t>(end - digits)) == nullptr) out.append(".0");
}

}  // namespace collet
