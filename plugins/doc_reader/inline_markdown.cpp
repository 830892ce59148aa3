// What a line has gathered, as Markdown.
#include <algorithm>
#include <cstdint>

#include "inline.hpp"
#include "words.hpp"

namespace doc_reader {
namespace {

constexpr std::string_view sign_of(Mark mark) {
  switch (mark) {
    case Mark::em: return "*";
    case Mark::strong: return "**";
    case Mark::del: return "~~";
    case Mark::link: return "[";
  }
  return "";
}

}  // namespace

std::uint32_t Line::before(std::size_t at) const {
  for (; at > 0; --at) {
    const Piece& piece = pieces_[at - 1];
    if (piece.is_dropped) continue;
    switch (piece.kind) {
      case Kind::text: return last_code_point(piece.text);
      case Kind::space: case Kind::line_break: return ' ';
      case Kind::code: case Kind::image: return ')';
      case Kind::open: case Kind::close:
        if (piece.mark == Mark::link) return ')';
        if (piece.kind == Kind::close) return '*';
        break;  // of the same run of signs
    }
  }
  return ' ';
}

std::uint32_t Line::after(std::size_t at) const {
  for (++at; at < pieces_.size(); ++at) {
    const Piece& piece = pieces_[at];
    if (piece.is_dropped) continue;
    switch (piece.kind) {
      case Kind::text: return decode(piece.text).value;
      case Kind::space: case Kind::line_break: return ' ';
      case Kind::code: case Kind::image: return ')';
      case Kind::open: case Kind::close:
        if (piece.mark == Mark::link) return ')';
        if (piece.kind == Kind::open) return '*';
        break;
    }
  }
  return ' ';
}

/// The two rules of CommonMark for what may open and close, and no sign of another mark
/// right beside, which would be read as part of this one.
bool Line::can_stand(const Piece& open, std::size_t at) const {
  const auto is_break = [](std::uint32_t c) { return is_unicode_space(c) || is_punctuation(c); };
  const auto first_inside = [&] {
    for (std::size_t i = at + 1; i < open.pair; ++i) {
      if (pieces_[i].kind == Kind::text) return decode(pieces_[i].text).value;
      if (pieces_[i].kind != Kind::open || pieces_[i].mark == Mark::link) break;
    }
    return std::uint32_t{'('};
  }();
  const auto last_inside = [&] {
    for (std::size_t i = open.pair; i-- > at + 1;) {
      if (pieces_[i].kind == Kind::text) return last_code_point(pieces_[i].text);
      if (pieces_[i].kind != Kind::close || pieces_[i].mark == Mark::link) break;
    }
    return std::uint32_t{')'};
  }();
  const auto left = before(at), right = after(open.pair);
  if (left == '*' || right == '*') return false;
  if (is_unicode_space(first_inside) || is_unicode_space(last_inside)) return false;
  return (!may_be_punctuation(first_inside) || is_break(left)) && (!may_be_punctuation(last_inside) || is_break(right));
}

void Line::drop_impossible_marks() {
  for (std::size_t i = 0; i < pieces_.size(); ++i) {
    Piece& open = pieces_[i];
    if (open.kind != Kind::open || open.mark == Mark::link || open.is_dropped) continue;
    if (!can_stand(open, i)) open.is_dropped = pieces_[open.pair].is_dropped = true;
  }
  // What a dropped mark has held apart: `a``b` would be read as one code of another text.
  Piece* code = nullptr;
  for (Piece& piece : pieces_) {
    if (piece.is_dropped) continue;
    const bool goes_on = piece.kind == Kind::code && code != nullptr;
    if (goes_on) code->text += piece.text, piece.is_dropped = true;
    if (!goes_on) code = piece.kind == Kind::code ? &piece : nullptr;
  }
}

std::string Line::code_markdown(const Piece& piece, Place place) const {
  std::size_t longest = 0, run = 0;
  for (const char c : piece.text) longest = std::max(longest, run = c == '`' ? run + 1 : 0);
  const std::string fence(longest + 1, '`');
  const std::string_view pad = piece.text.front() == '`' || piece.text.back() == '`' ? " " : "";
  std::string body = fence;
  body += pad;
  for (const char c : piece.text) {
    if (c == '|' && place == Place::cell) body += '\\';
    body += c;
  }
  return body.append(pad).append(fence);
}

void Line::append_break(std::string& out, std::size_t& at, Place place, int open_marks) const {
  std::size_t breaks = 1;
  while (at + 1 < pieces_.size() && pieces_[at + 1].kind == Kind::line_break) ++at, ++breaks;
  const bool is_last = std::all_of(pieces_.begin() + static_cast<std::ptrdiff_t>(at) + 1, pieces_.end(), [](const Piece& p) { return p.kind == Kind::close; });
  if (is_last) return;
  if (place != Place::paragraph) {
    out += ' ';
  } else {
    out += breaks > 1 && open_marks == 0 ? "\n\n" : "\\\n";
  }
}

std::string Line::markdown(Place place) {
  waiting_opens_.clear();
  for (const Mark mark : {Mark::link, Mark::em, Mark::strong, Mark::del}) {
    if (depth_[index_of(mark)] > 0) depth_[index_of(mark)] = 1, close(mark);
  }
  drop_impossible_marks();
  std::string out;
  int open_marks = 0, open_links = 0;
  for (std::size_t i = 0; i < pieces_.size(); ++i) {
    const Piece& piece = pieces_[i];
    if (piece.is_dropped) continue;
    switch (piece.kind) {
      case Kind::text: {
        const bool at_start = place != Place::cell && (out.empty() || out.back() == '\n');
        out += escaped_text(piece.text, place, at_start, open_links > 0, out.empty() ? ' ' : out.back());
        break;
      }
      case Kind::space: out += ' '; break;
      case Kind::code: out += code_markdown(piece, place); break;
      case Kind::image:
        out.append("![").append(escaped_text(piece.text, place, false, true)).append("](").append(piece.destination).append(")");
        break;
      case Kind::line_break: append_break(out, i, place, open_marks); break;
      case Kind::open:
        ++open_marks;
        open_links += piece.mark == Mark::link;
        out += sign_of(piece.mark);
        break;
      case Kind::close:
        --open_marks;
        open_links -= piece.mark == Mark::link;
        if (piece.mark == Mark::link) {
          out.append("](").append(piece.destination).append(")");
        } else {
          out += sign_of(piece.mark);
        }
        break;
    }
  }
  if (place == Place::heading && out.ends_with('#')) out.insert(out.size() - 1, 1, '\\');
  return out;
}

std::string Line::plain() const {
  std::string out;
  for (const Piece& piece : pieces_) {
    if (piece.kind == Kind::text || piece.kind == Kind::code || piece.kind == Kind::image) out += piece.text;
    if (piece.kind == Kind::space || piece.kind == Kind::line_break) out += ' ';
  }
  return out;
}

}  // namespace doc_reader
