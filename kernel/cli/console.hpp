// Standard output and error, and what may be done with them.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace collet::cli {

inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kUsage = 2;

enum class Style { plain, bold, dim, red, green, yellow, cyan };

/// Puts text in colour, or leaves it alone.
struct Paint {
  bool on = false;
  [[nodiscard]] std::string operator()(Style style, std::string_view text) const;
};

class Console {
 public:
  Console(std::FILE* out, std::FILE* err);
  ~Console();
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;

  void out(std::string_view text);
  void err(std::string_view text);
  /// A line that the next output replaces; nothing where there is no terminal.
  void transient(std::string_view line);
  /// Says on the error stream what went wrong. @return `code`.
  int fail(int code, std::string_view message);

  [[nodiscard]] bool terminal() const { return terminal_; }
  [[nodiscard]] bool unicode() const { return unicode_; }
  [[nodiscard]] Paint paint() const { return {colours_}; }
  [[nodiscard]] std::size_t width() const;

 private:
  void erase_transient();

  std::FILE* out_;
  std::FILE* err_;
  bool terminal_ = false;
  bool moves_ = false;  // the cursor can go back
  bool colours_ = false;
  bool err_colours_ = false;
  bool unicode_ = false;
  bool transient_ = false;
};

/// Without the control characters by which text could steer a terminal: they are
/// written as ^X. Line ends and tabs stay; broken UTF-8 is repaired.
[[nodiscard]] std::string visible(std::string_view text);
/// "38 ms", "2.1 s", "1 min 5 s".
[[nodiscard]] std::string duration_text(std::int64_t ms);
/// "512 B", "3.2 MB" (powers of 1000).
[[nodiscard]] std::string bytes_text(std::uint64_t bytes);
/// Characters, not bytes.
[[nodiscard]] std::size_t display_width(std::string_view text);

}  // namespace collet::cli
