// What a program printed, in bounded memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace collet::sandbox {

/// Keeps the first and the last bytes of a stream of any length.
class OutputCapture {
 public:
  OutputCapture(std::size_t head_bytes_max, std::size_t tail_bytes_max)
      : head_max_(head_bytes_max), tail_max_(tail_bytes_max) {}

  void add(std::string_view piece);
  [[nodiscard]] std::uint64_t total_bytes() const { return total_; }

  struct Text {
    std::string text;  ///< Valid UTF-8, zero bytes written as \x00.
    std::uint64_t omitted_bytes = 0;
  };
  /// Head, "[N bytes omitted]", tail; or simply all, when it fitted.
  [[nodiscard]] Text text() const;

 private:
  std::size_t head_max_;
  std::size_t tail_max_;
  std::string head_;
  std::string tail_;
  std::uint64_t total_ = 0;
};

/// Turns pieces cut anywhere into pieces of valid UTF-8, holding back a character
/// that is not complete yet. Falls silent after `bytes_max`.
class LiveText {
 public:
  explicit LiveText(std::size_t bytes_max) : left_(bytes_max) {}
  /// What can be shown now; may be empty.
  [[nodiscard]] std::string next(std::string_view piece);

 private:
  std::string held_;
  std::size_t left_;
};

/// Broken UTF-8 replaced, zero bytes spelled out.
[[nodiscard]] std::string clean_text(std::string_view bytes);

}  // namespace collet::sandbox
