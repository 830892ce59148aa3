#include "inline.hpp"

#include <algorithm>
#include <utility>

#include "words.hpp"

namespace doc_reader {

void Line::text(std::string_view text) {
  std::string run;  // only for words that have to be mended; most are taken as they stand
  std::size_t begun = 0, at = 0;
  const auto end_word = [&](std::size_t end) {
    if (!run.empty()) {
      word(run.append(text.substr(begun, end - begun)));
      run.clear();
    } else if (end > begun) {
      word(text.substr(begun, end - begun));
    }
  };
  while (at < text.size()) {
    if (text[at] > ' ' && text[at] < 0x7F) {
      ++at;
      continue;
    }
    const auto [c, bytes] = decode(text.substr(at));
    const bool is_space = is_unicode_space(c), is_broken = c == 0xFFFD && bytes == 1;
    if (is_space) {
      end_word(at);
      has_space_ = true;
    } else if (is_broken || is_invisible(c)) {
      run.append(text.substr(begun, at - begun)).append(is_broken ? "\xEF\xBF\xBD" : "");
    }
    at += bytes;
    if (is_space || is_broken || is_invisible(c)) begun = at;
  }
  end_word(at);
}

void Line::word(std::string_view word) {
  // Words of one run are one piece: most text has no marks in it.
  if (waiting_opens_.empty() && !pieces_.empty() && pieces_.back().kind == Kind::text) {
    if (std::exchange(has_space_, false)) pieces_.back().text += ' ';
    pieces_.back().text += word;
    return;
  }
  add({Kind::text, Mark::em, false, 0, std::string(word), {}});
}

void Line::code(std::string_view code) {
  std::string text = code_text(collapsed(code));
  if (text.empty()) return;
  if (is_unicode_space(decode(code).value)) has_space_ = true;
  if (!has_space_ && waiting_opens_.empty() && !pieces_.empty() && pieces_.back().kind == Kind::code) {
    pieces_.back().text += text;
  } else {
    add({Kind::code, Mark::em, false, 0, std::move(text), {}});
  }
  if (is_unicode_space(last_code_point(code))) has_space_ = true;
}

void Line::image(std::string_view alt, std::string destination) { add({Kind::image, Mark::em, false, 0, collapsed(alt), std::move(destination)}); }

void Line::line_break() {
  has_space_ = false;
  if (!pieces_.empty()) pieces_.push_back({Kind::line_break, Mark::em, false, 0, {}, {}});
}

void Line::open(Mark mark, std::string destination) {
  if (depth_[index_of(mark)]++ > 0) return;
  waiting_opens_.push_back({Kind::open, mark, false, 0, {}, std::move(destination)});
}

void Line::close(Mark mark) {
  if (depth_[index_of(mark)] == 0 || --depth_[index_of(mark)] > 0) return;
  const auto waiting = std::ranges::find(waiting_opens_, mark, &Piece::mark);
  if (waiting != waiting_opens_.end()) return void(waiting_opens_.erase(waiting));
  for (std::size_t i = open_at_.size(); i-- > 0;) {
    Piece& open = pieces_[open_at_[i]];
    if (open.mark != mark) continue;
    // Breaks at its end come after it: "**a\\n**" would not be read as a mark.
    auto end = pieces_.end();
    while (end[-1].kind == Kind::line_break) --end;
    open.pair = static_cast<std::size_t>(end - pieces_.begin());
    pieces_.insert(end, {Kind::close, mark, false, open_at_[i], {}, open.destination});
    open_at_.erase(open_at_.begin() + static_cast<std::ptrdiff_t>(i));
    return;
  }
}

void Line::add(Piece piece) {
  const bool is_first = pieces_.empty() || pieces_.back().kind == Kind::line_break;
  if (std::exchange(has_space_, false) && !is_first) pieces_.push_back({Kind::space, Mark::em, false, 0, {}, {}});
  flush_opens();
  pieces_.push_back(std::move(piece));
}

void Line::flush_opens() {
  for (auto& open : waiting_opens_) {
    const bool continues = open.mark != Mark::link && !pieces_.empty() && pieces_.back().kind == Kind::close && pieces_.back().mark == open.mark;
    if (continues) {
      // <b>a</b><b>c</b> is one: between two there would have to be something.
      open_at_.push_back(pieces_.back().pair);
      pieces_[open_at_.back()].pair = 0;
      pieces_.pop_back();
      continue;
    }
    open_at_.push_back(pieces_.size());
    pieces_.push_back(std::move(open));
  }
  waiting_opens_.clear();
}

}  // namespace doc_reader
