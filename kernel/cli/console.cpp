#include "cli/console.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "base/text.hpp"

namespace collet::cli {
namespace {

bool set_and_not_empty(const char* name) {
  const char* text = std::getenv(name);
  return text && *text;
}

bool is_terminal(std::FILE* file) {
  const int fd = fileno(file);
  return fd >= 0 && isatty(fd) == 1;
}

bool is_able() { return set_and_not_empty("TERM") && std::string_view(std::getenv("TERM")) != "dumb"; }

bool wants_colours() { return !set_and_not_empty("NO_COLOR") && is_able(); }

bool locale_is_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    if (!set_and_not_empty(name)) continue;
    const std::string value = base::to_lower(std::getenv(name));
    return value.find("utf-8") != std::string::npos || value.find("utf8") != std::string::npos;
  }
  return false;
}

void write_all(std::FILE* file, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), file);
  std::fflush(file);
}

std::string with_decimal(double number) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f", number);
  return text.data();
}

}  // namespace

std::string Paint::operator()(Style style, std::string_view text) const {
  static constexpr std::array<const char*, 7> kCodes{"", "1", "2", "31", "32", "33", "36"};
  if (!on || style == Style::plain || text.empty()) return std::string(text);
  return std::string("\x1b[") + kCodes[static_cast<std::size_t>(style)] + "m" + std::string(text) + "\x1b[0m";
}

Console::Console(std::FILE* out, std::FILE* err)
    : out_(out), err_(err), terminal_(is_terminal(out)), moves_(terminal_ && is_able()), colours_(terminal_ && wants_colours()),
      err_colours_(is_terminal(err) && wants_colours()), unicode_(terminal_ && locale_is_utf8()) {}

Console::~Console() { erase_transient(); }

void Console::erase_transient() {
  if (transient_) write_all(out_, "\r\x1b[K");
  transient_ = false;
}

void Console::out(std::string_view text) {
  if (text.empty()) return;
  erase_transient();
  write_all(out_, text);
}

void Console::err(std::string_view text) {
  erase_transient();
  write_all(err_, text);
}

void Console::transient(std::string_view line) {
  if (!moves_) return;
  write_all(out_, "\r\x1b[K" + paint()(Style::dim, base::shorten(line, width() - 1)));
  transient_ = true;
}

int Console::fail(int code, std::string_view message) {
  err(Paint{err_colours_}(Style::red, "collet:") + " " + visible(message) + "\n");
  return code;
}

std::size_t Console::width() const {
  winsize size{};
  if (terminal_ && ioctl(fileno(out_), TIOCGWINSZ, &size) == 0 && size.ws_col >= 20) return size.ws_col;
  return 80;
}

std::string visible(std::string_view text) {
  const std::string valid = base::repair_utf8(text);
  std::string out;
  out.reserve(valid.size());
  for (std::size_t i = 0; i < valid.size(); ++i) {
    const auto c = static_cast<unsigned char>(valid[i]);
    const auto next = i + 1 < valid.size() ? static_cast<unsigned char>(valid[i + 1]) : 0;
    if (c == '\r' && next == '\n') continue;
    if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7F) {
      out += '^';
      out += static_cast<char>(c ^ 0x40);
    } else if (c == 0xC2 && next < 0xA0) {  // U+0080..U+009F: one-byte forms of escape sequences
      out += '^';
      ++i;
    } else {
      out += static_cast<char>(c);
    }
  }
  return out;
}

std::string duration_text(std::int64_t ms) {
  if (ms < 1000) return std::to_string(ms) + " ms";
  if (ms < 59'950) return with_decimal(static_cast<double>(ms) / 1000) + " s";
  const std::int64_t seconds = (ms + 500) / 1000;
  return std::to_string(seconds / 60) + " min " + std::to_string(seconds % 60) + " s";
}

std::string bytes_text(std::uint64_t bytes) {
  static constexpr std::array<const char*, 4> kUnits{"kB", "MB", "GB", "TB"};
  if (bytes < 1000) return std::to_string(bytes) + " B";
  double number = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (number /= 1000; number >= 999.95 && unit + 1 < kUnits.size(); ++unit) number /= 1000;
  return with_decimal(number) + " " + kUnits[unit];
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (const char c : text) width += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return width;
}

}  // namespace collet::cli
