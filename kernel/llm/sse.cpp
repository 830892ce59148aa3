#include "llm/sse.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace collet::llm {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// Offset of the first '\n' or '\r' at or after `from`, or npos.
std::size_t find_line_end(const std::string& text, std::size_t from) {
  const char* begin = text.data() + from;
  const std::size_t length = text.size() - from;
  const auto* newline = static_cast<const char*>(std::memchr(begin, '\n', length));
  const std::size_t searched = newline ? static_cast<std::size_t>(newline - begin) : length;
  const auto* carriage = static_cast<const char*>(std::memchr(begin, '\r', searched));
  const char* end = carriage ? carriage : newline;
  return end ? from + static_cast<std::size_t>(end - begin) : std::string::npos;
}

}  // namespace

void SseParser::feed(std::string piece) {
  own_views();
  if (at_ == buffer_.size()) {
    buffer_ = std::move(piece);
    at_ = scanned_ = 0;
    return;
  }
  buffer_.erase(0, at_);
  scanned_ -= at_;
  at_ = 0;
  buffer_ += piece;
}

Result<std::optional<SseEvent>> SseParser::next() {
  for (;;) {
    const Line line = take_line();
    if (line == Line::dispatch && has_data_) return std::optional<SseEvent>(release());
    if (line == Line::dispatch) name_.clear();
    const std::size_t held = (has_data_ ? data_.size() : 0) + (line == Line::none ? buffer_.size() - at_ : 0);
    if (held > event_bytes_max_) {
      return Error{Errc::limit, "an event of the stream is longer than " + std::to_string(event_bytes_max_) + " bytes"};
    }
    if (line == Line::none) return std::optional<SseEvent>();
  }
}

std::optional<SseEvent> SseParser::finish() {
  own_views();
  if (at_ < buffer_.size()) take_field(std::string_view(buffer_).substr(at_));
  at_ = scanned_ = buffer_.size();
  if (!has_data_) return std::nullopt;
  return release();
}

SseParser::Line SseParser::take_line() {
  if (released_) {
    name_.clear();
    released_ = false;
  }
  if (skip_newline_ && at_ < buffer_.size()) {
    if (buffer_[at_] == '\n') ++at_;
    skip_newline_ = false;
  }
  if (at_start_ && buffer_.size() - at_ >= kByteOrderMark.size()) {
    if (std::string_view(buffer_).substr(at_).starts_with(kByteOrderMark)) at_ += kByteOrderMark.size();
    at_start_ = false;
  }
  const std::size_t end = find_line_end(buffer_, std::max(at_, scanned_));
  if (end == std::string::npos) {
    scanned_ = buffer_.size();
    return Line::none;
  }
  at_start_ = false;
  const auto line = std::string_view(buffer_).substr(at_, end - at_);
  at_ = end + 1;
  if (buffer_[end] == '\r') {
    if (at_ == buffer_.size()) {
      skip_newline_ = true;
    } else if (buffer_[at_] == '\n') {
      ++at_;
    }
  }
  scanned_ = at_;
  if (line.empty()) return Line::dispatch;
  take_field(line);
  return Line::ordinary;
}

void SseParser::take_field(std::string_view line) {
  const std::size_t colon = line.find(':');
  const auto field = line.substr(0, colon);
  auto value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (field == "data") take_data(value);
  if (field == "event") name_ = value;
}

void SseParser::take_data(std::string_view text) {
  if (!has_data_) {
    data_ = text;
    has_data_ = true;
    data_owned_ = false;
    return;
  }
  own_views();
  joined_ += '\n';
  joined_ += text;
  data_ = joined_;
}

// The buffer is about to change: what is still wanted moves out of it.
void SseParser::own_views() {
  if (!has_data_ || data_owned_) return;
  joined_ = data_;
  data_ = joined_;
  data_owned_ = true;
}

SseEvent SseParser::release() {
  has_data_ = false;
  released_ = true;
  return SseEvent{name_, data_};
}

}  // namespace collet::llm
