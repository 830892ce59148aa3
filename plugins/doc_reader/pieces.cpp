#include "pieces.hpp"

#include <algorithm>
#include <charconv>

#include "words.hpp"

namespace doc_reader {

using collet::Errc;
using collet::Error;
using collet::Result;

namespace {

/// FNV-1a: tells apart documents, not attackers.
std::uint32_t hash_of(std::string_view text) {
  std::uint32_t hash = 2166136261u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return hash;
}

std::string cursor_at(std::size_t offset, std::string_view markdown) { return std::to_string(offset) + "-" + std::to_string(hash_of(markdown)); }

Result<std::size_t> offset_of(std::string_view cursor, std::string_view markdown) {
  if (cursor.empty()) return std::size_t{0};
  std::size_t offset = 0;
  const auto [end, error] = std::from_chars(cursor.data(), cursor.data() + cursor.size(), offset);
  if (error != std::errc() || end == cursor.data() + cursor.size() || *end != '-') {
    return Error{Errc::invalid, "/cursor: expected what next_cursor of an earlier result said, got \"" + std::string(cursor.substr(0, 80)) + "\""};
  }
  const bool is_inside = offset < markdown.size() && (static_cast<unsigned char>(markdown[offset]) & 0xC0) != 0x80;
  if (!is_inside || cursor_at(offset, markdown) != cursor) {
    return Error{Errc::invalid, "/cursor: the document, its mode or its pages are not the same any more; begin again without a cursor"};
  }
  return offset;
}

/// How many bytes of `text` fit.
std::size_t fitting(std::string_view text, std::int64_t tokens_max, std::size_t bytes_max) {
  std::int64_t quarters = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto [c, bytes] = decode(text.substr(at));
    quarters += c < 0x80 ? 1 : 4;
    if (quarters > tokens_max * 4 || at + bytes > bytes_max) return at;
    at += bytes;
  }
  return at;
}

/// A good place to stop in (fits / 2, fits], the best kind first.
std::size_t sensible_end(std::string_view text, std::size_t fits) {
  const auto half = fits / 2;
  const auto head = text.substr(0, std::min(fits + 2, text.size()));
  for (const std::string_view mark : {"\n\n# ", "\n\n## ", "\n\n### ", "\n\n", "\n", ". ", " "}) {
    const auto at = head.rfind(mark, fits);
    if (at == std::string_view::npos || at < half || at == 0) continue;
    const std::size_t end = at + (mark.starts_with("\n\n") ? 2 : mark.size());
    if (end <= fits) return end;
  }
  return fits;
}

/// The opening fence of code that `text` ends in; "" when it ends outside.
std::string open_fence(std::string_view text) {
  std::string open;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const auto indent = line.find_first_not_of(' ');
    if (indent == std::string_view::npos) continue;
    const auto ticks = std::min(line.find_first_not_of('`', indent), line.size()) - indent;
    if (ticks < 3) continue;
    if (open.empty()) {
      open = line.substr(indent);
    } else if (indent + ticks == line.size() && open.starts_with(line.substr(indent))) {
      open.clear();
    }
  }
  return open;
}

}  // namespace

std::int64_t tokens_in(std::string_view text) {
  std::int64_t quarters = 0;
  while (!text.empty()) {
    const auto [c, bytes] = decode(text);
    quarters += c < 0x80 ? 1 : 4;
    text.remove_prefix(bytes);
  }
  return (quarters + 3) / 4;
}

Result<Piece> piece_of(std::string_view markdown, std::string_view cursor, std::int64_t tokens_max, std::size_t bytes_max) {
  const auto begin = offset_of(cursor, markdown);
  if (!begin) return begin.error();
  const auto rest = markdown.substr(*begin);
  std::size_t length = fitting(rest, tokens_max, bytes_max);
  if (length < rest.size()) length = std::max<std::size_t>(sensible_end(rest, length), 1);
  Piece out{std::string(rest.substr(0, length)), "", *begin, *begin + length};
  if (const auto fence = open_fence(markdown.substr(0, *begin)); !fence.empty()) out.text.insert(0, fence + "\n");
  if (length == rest.size()) return out;
  out.next = cursor_at(out.end, markdown);
  if (const auto fence = open_fence(out.text); !fence.empty()) {
    if (!out.text.ends_with('\n')) out.text += '\n';
    out.text += fence.substr(0, std::min(fence.find_first_not_of('`'), fence.size())) + "\n";
  }
  return out;
}

}  // namespace doc_reader
