#include "net/response_reader.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "net/response_head.hpp"
#include "net/response_rules.hpp"

namespace collet::net {
namespace {

constexpr std::size_t kExtraBytesMax = 64 << 10;  // extensions and trailers, which nobody reads
constexpr std::string_view kHeadEnd = "\r\n\r\n";
constexpr std::string_view kProtocol = "HTTP/";

bool is_blank(char c) { return c == ' ' || c == '\t'; }

}  // namespace

void ResponseReader::begin(bool to_head) {
  state_ = State::head;
  to_head_ = to_head;
  begun_ = keeps_alive_ = false;
  head_bytes_ = extra_bytes_ = 0;
  left_ = 0;
  text_.clear();
  head_ = {};
  error_.reset();
}

ResponseReader::Progress ResponseReader::fail(std::string_view what, Errc code) {
  if (!error_) error_ = Error{code, std::string(what)};
  keeps_alive_ = false;
  return Progress::broken;
}

ResponseReader::Progress ResponseReader::advance(std::string_view& bytes) {
  if (error_) return Progress::broken;
  if (state_ == State::over) return Progress::complete;
  if (bytes.empty()) return Progress::more;
  begun_ = true;
  switch (state_) {
    case State::head:
      for (;;) {
        const Progress progress = read_head(bytes);
        if (progress != Progress::more || bytes.empty()) return progress;  // else one was informational
      }
    case State::until_close:
      piece_ = bytes;
      bytes.remove_prefix(bytes.size());
      return Progress::body;
    case State::sized: return read_sized(bytes);
    default: return read_chunked(bytes);
  }
}

ResponseReader::Progress ResponseReader::finish() {
  keeps_alive_ = false;
  if (!error_ && (state_ == State::over || state_ == State::until_close)) return Progress::complete;
  return fail(begun_ ? "the peer closed the connection in the middle of its response"
                     : "the peer closed the connection without a response");
}

// A head that comes whole, as most do, is read where it lies.
ResponseReader::Progress ResponseReader::read_head(std::string_view& bytes) {
  const std::size_t had = text_.size();
  if (had > 0) text_ += bytes;
  const std::string_view all = had > 0 ? std::string_view(text_) : bytes;
  if (!all.starts_with(kProtocol.substr(0, all.size()))) return fail("the peer does not speak HTTP");
  const std::size_t end = all.find(kHeadEnd, had - std::min(had, kHeadEnd.size() - 1));
  const std::size_t size = end == std::string_view::npos ? all.size() : end + kHeadEnd.size();
  if (head_bytes_ + size > head_bytes_max_) {
    return fail("the response head is longer than " + std::to_string(head_bytes_max_ >> 10) + " KiB", Errc::limit);
  }
  if (end == std::string_view::npos) {
    if (had == 0) text_ = bytes;
    bytes.remove_prefix(bytes.size());
    return Progress::more;
  }
  bytes.remove_prefix(size - had);
  head_bytes_ += size;
  const Progress progress = take_head(all.substr(0, end));
  text_ = {};
  return progress;
}

ResponseReader::Progress ResponseReader::take_head(std::string_view head) {
  auto framing = parse_response_head(head, head_);
  if (!framing) return fail(framing.error().message);
  if (head_.status == 101) return fail("the peer switched to a protocol that nobody asked for");
  if (head_.status < 200) {
    head_ = {};
    return Progress::more;  // as if nothing had come
  }
  keeps_alive_ = framing->keep_alive;
  left_ = framing->content_length;
  const bool has_no_body = to_head_ || head_.status == 204 || head_.status == 304;
  if (!has_no_body && !framing->coding.empty()) {
    return fail("the response is encoded (" + base::shorten(base::repair_utf8(framing->coding), 40) +
                "), which was not asked for");
  }
  if (has_no_body) state_ = State::over;
  else if (framing->chunked) state_ = State::size_begin;
  else if (!framing->has_length) state_ = State::until_close;
  else state_ = left_ > 0 ? State::sized : State::over;
  if (state_ == State::until_close) keeps_alive_ = false;
  return Progress::head;
}

ResponseReader::Progress ResponseReader::read_sized(std::string_view& bytes) {
  piece_ = bytes.substr(0, left_);
  bytes.remove_prefix(piece_.size());
  left_ -= piece_.size();
  if (left_ == 0) state_ = state_ == State::chunk ? State::chunk_return : State::over;
  return Progress::body;
}

ResponseReader::Progress ResponseReader::read_chunked(std::string_view& bytes) {
  while (!bytes.empty() && state_ != State::over) {
    if (state_ == State::chunk) return read_sized(bytes);
    const bool fits = step(bytes.front());
    if (!fits) return fail("the chunks of the peer's response are broken");
    bytes.remove_prefix(1);
  }
  return state_ == State::over ? Progress::complete : Progress::more;
}

bool ResponseReader::take_digit(char c) {
  int digit = 0;
  if (c >= '0' && c <= '9') digit = c - '0';
  else if (c >= 'a' && c <= 'f') digit = c - 'a' + 10;
  else if (c >= 'A' && c <= 'F') digit = c - 'A' + 10;
  else return false;
  if (left_ >> 56 != 0) return false;  // larger than anything real
  left_ = left_ * 16 + static_cast<std::uint64_t>(digit);
  state_ = State::size;
  return true;
}

// One byte of what is around the chunks. False: it cannot stand here.
bool ResponseReader::step(char c) {
  const auto on = [&](char wanted, State next) {
    if (c != wanted) return false;
    state_ = next;
    return true;
  };
  const auto skip = [&] { return ++extra_bytes_ <= kExtraBytesMax && !kControls.holds(c); };
  switch (state_) {
    case State::size_begin:
      left_ = extra_bytes_ = 0;
      return take_digit(c);
    case State::size:
      if (!is_blank(c)) return on('\r', State::size_end) || on(';', State::extension) || (skip() && take_digit(c));
      state_ = State::size_space;
      return true;
    case State::size_space: return on('\r', State::size_end) || on(';', State::extension) || (is_blank(c) && skip());
    case State::extension: return on('\r', State::size_end) || skip();
    case State::size_end: return on('\n', left_ > 0 ? State::chunk : State::trailer_begin);
    case State::chunk_return: return on('\r', State::chunk_end);
    case State::chunk_end: return on('\n', State::size_begin);
    case State::trailer_begin:
      if (on('\r', State::last_end)) return true;
      state_ = State::trailer;
      return skip();
    case State::trailer: return on('\r', State::trailer_end) || skip();
    case State::trailer_end: return on('\n', State::trailer_begin);
    case State::last_end: return on('\n', State::over);
    default: return false;
  }
}

}  // namespace collet::net
