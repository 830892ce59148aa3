// Server-sent events, read piece by piece.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "collet/result.hpp"

namespace collet::llm {

struct SseEvent {
  std::string_view name;  ///< Of the `event:` field; "" when there was none.
  std::string_view data;  ///< `data:` lines, joined by '\n'.
};

/// Cuts a byte stream into events. Linear in the bytes fed, however they are cut;
/// comments, ids and retry hints are skipped. Not thread-safe.
class SseParser {
 public:
  /// @param event_bytes_max cap on one event and on one line.
  explicit SseParser(std::size_t event_bytes_max = 8u << 20) : event_bytes_max_(event_bytes_max) {}

  /// Adds bytes. Call next() until it is empty before the following feed().
  void feed(std::string piece);
  /// The next whole event. Its views live until the next call of this object.
  /// @error limit: an event is longer than allowed; the parser is then of no use.
  [[nodiscard]] Result<std::optional<SseEvent>> next();
  /// After the last byte: the event that the peer did not close with an empty
  /// line, if there is one. The standard drops it, real servers rely on it.
  [[nodiscard]] std::optional<SseEvent> finish();

 private:
  enum class Line { none, ordinary, dispatch };
  Line take_line();
  void take_field(std::string_view line);
  void take_data(std::string_view text);
  void own_views();
  SseEvent release();

  std::size_t event_bytes_max_;
  std::string buffer_;
  std::size_t at_ = 0;       // first byte not yet consumed
  std::size_t scanned_ = 0;  // no line end in [at_, scanned_)
  bool at_start_ = true;     // a byte order mark may come
  bool skip_newline_ = false;  // the last line ended in '\r' at the buffer's end

  // Data of a single line stays a view into buffer_; more lines are joined here.
  std::string joined_;
  std::string name_;
  std::string_view data_;
  bool has_data_ = false;
  bool data_owned_ = false;
  bool released_ = false;
};

}  // namespace collet::llm
