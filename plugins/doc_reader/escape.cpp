// Which characters Markdown would take for a sign.
#include "inline.hpp"
#include "words.hpp"

namespace doc_reader {
namespace {

// The signs around code are one more than any run in it, and readers stop counting at 80.
constexpr std::size_t kTicksMax = 64;

/// "12." and "3)" at the start of a line begin a list. @return where the sign is, or npos.
std::size_t list_number_sign(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size() && is_digit(text[i])) ++i;
  const bool has_sign = i > 0 && i < 10 && i < text.size() && (text[i] == '.' || text[i] == ')');
  return has_sign && (i + 1 == text.size() || text[i + 1] == ' ') ? i : std::string_view::npos;
}

bool begins_block(std::string_view text) {
  const char next = text.size() > 1 ? text[1] : ' ';
  switch (text[0]) {
    case '#': case '>': case '|': case '=': return true;
    case '+': return next == ' ';
    case '-': return next == ' ' || next == '-' || next == '=' || next == '|' || next == ':';
    case ':': return next == '-';
    default: return false;
  }
}

bool is_word(char c) { return is_alnum(c) || static_cast<unsigned char>(c) >= 0x80; }

bool needs_backslash(std::string_view text, std::size_t i, Place place, bool in_link, char before) {
  const char c = text[i], left = i > 0 ? text[i - 1] : before;
  const bool is_last = i + 1 == text.size();
  const char right = is_last ? ' ' : text[i + 1];
  switch (c) {
    case '*': case '`': case '[': case '~': return true;
    case '\\': return is_last || (is_punctuation(static_cast<unsigned char>(right)) && static_cast<unsigned char>(right) < 0x80);
    case ']': return in_link;
    case '|': return place == Place::cell;
    case '_': return is_last || i == 0 || !is_word(left) || !is_word(right);
    case '<': return is_last || is_alpha(right) || right == '/' || right == '!' || right == '?';
    case '&': return is_last || is_alpha(right) || right == '#';
    case '!': return is_last;
    default: return false;
  }
}

}  // namespace

std::string escaped_text(std::string_view text, Place place, bool at_start, bool in_link, char before) {
  std::string out;
  out.reserve(text.size() + text.size() / 16);
  const std::size_t number_sign = at_start ? list_number_sign(text) : std::string_view::npos;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool at_block = i == 0 && at_start && begins_block(text);
    if (at_block || i == number_sign || needs_backslash(text, i, place, in_link, before)) out += '\\';
    out += text[i];
  }
  return out;
}

std::string code_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  std::size_t run = 0;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    if (run <= kTicksMax) out += c;
  }
  return out;
}

}  // namespace doc_reader
