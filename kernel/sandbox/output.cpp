#include "sandbox/output.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace collet::sandbox {
namespace {

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// Bytes at the end that may be the start of a character still to come.
std::size_t unfinished_bytes(std::string_view text) {
  for (std::size_t back = 1; back <= std::min<std::size_t>(3, text.size()); ++back) {
    const auto byte = static_cast<unsigned char>(text[text.size() - back]);
    if (is_continuation(static_cast<char>(byte))) continue;
    const std::size_t length = byte >= 0xF0 && byte <= 0xF4 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC2 ? 2 : 1;
    return byte <= 0xF4 && length > back ? back : 0;
  }
  return 0;
}

}  // namespace

std::string clean_text(std::string_view bytes) {
  std::string text = base::repair_utf8(bytes);
  if (text.find('\0') == std::string::npos) return text;
  std::string out;
  for (const char c : text) {
    if (c == '\0') out += "\\x00";
    else out += c;
  }
  return out;
}

void OutputCapture::add(std::string_view piece) {
  total_ += piece.size();
  const std::size_t to_head = std::min(piece.size(), head_max_ - head_.size());
  head_.append(piece.substr(0, to_head));
  piece.remove_prefix(to_head);
  if (piece.size() >= tail_max_) {
    tail_.assign(piece.substr(piece.size() - tail_max_));
    return;
  }
  tail_.append(piece);
  // Cut at twice the size, so that every byte is moved at most once.
  if (tail_.size() > 2 * tail_max_) tail_.erase(0, tail_.size() - tail_max_);
}

OutputCapture::Text OutputCapture::text() const {
  std::string_view tail = tail_;
  if (tail.size() > tail_max_) tail.remove_prefix(tail.size() - tail_max_);
  std::string_view head = head_;
  if (head.size() + tail.size() == total_) return {clean_text(head_ + std::string(tail)), 0};
  // Cut between characters, so that the cut itself adds no broken ones.
  head.remove_suffix(unfinished_bytes(head));
  for (int i = 0; i < 3 && !tail.empty() && is_continuation(tail.front()); ++i) tail.remove_prefix(1);
  const std::uint64_t omitted = total_ - head.size() - tail.size();
  return {clean_text(head) + "\n[" + std::to_string(omitted) + " bytes omitted]\n" + clean_text(tail), omitted};
}

std::string LiveText::next(std::string_view piece) {
  const std::size_t taken = std::min(piece.size(), left_);
  left_ -= taken;
  held_.append(piece.substr(0, taken));
  const std::size_t keep = unfinished_bytes(held_);
  std::string out = clean_text(std::string_view(held_).substr(0, held_.size() - keep));
  held_.erase(0, held_.size() - keep);
  return out;
}

}  // namespace collet::sandbox
