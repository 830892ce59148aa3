#include "office/number_format.hpp"

#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>

#include "words.hpp"

namespace doc_reader {
namespace {

using Kind = NumberFormat::Kind;

constexpr double kDaysMax = 2'958'466;  // 31 December 9999
constexpr long kSecondsOfDay = 86'400;

struct Signs {
  bool has_day = false, has_time = false, has_month_or_minute = false, is_elapsed = false, is_percent = false;
  int decimals = 0;
};

/// Counts what stands outside of quotes, up to the format of negative numbers.
Signs signs_of(std::string_view code) {
  Signs out;
  bool is_behind_point = false;
  for (std::size_t i = 0; i < code.size() && code[i] != ';'; ++i) {
    const char c = to_lower(code[i]);
    if (c == '\\' || c == '_' || c == '*') {
      ++i;
    } else if (c == '"') {
      i = std::min(code.find('"', i + 1), code.size() - 1);
    } else if (c == '[') {
      const auto end = std::min(code.find(']', i), code.size() - 1);
      const auto inside = lower(code.substr(i + 1, end - i - 1));
      const bool is_one_letter = !inside.empty() && inside.find_first_not_of(inside[0]) == std::string::npos;
      out.is_elapsed = out.is_elapsed || (is_one_letter && std::string_view("hms").find(inside[0]) != std::string_view::npos);
      i = end;
    } else if (equals(code.substr(i, 5), "am/pm")) {
      i += 4;
      out.has_time = true;
    } else if (c == 'y' || c == 'd') {
      out.has_day = true;
    } else if (c == 'h' || c == 's') {
      out.has_time = true;
    } else if (c == 'm') {
      out.has_month_or_minute = true;
    } else if (c == '%') {
      out.is_percent = true;
    } else if (c == '.') {
      is_behind_point = true;
    } else if (c == '0' && is_behind_point) {
      ++out.decimals;
    }
  }
  return out;
}

/// Those that have no code in the file.
NumberFormat built_in(int id) {
  if (id == 9 || id == 10) return {Kind::percent, id == 10 ? 2 : 0};
  if ((id >= 14 && id <= 17) || (id >= 27 && id <= 31) || id == 36 || (id >= 50 && id <= 58)) return {Kind::date, 0};
  if ((id >= 18 && id <= 21) || (id >= 32 && id <= 35) || id == 45 || id == 47) return {Kind::time, 0};
  if (id == 22) return {Kind::date_time, 0};
  if (id == 46) return {Kind::elapsed, 0};
  return {};
}

std::string printed(const char* format, auto... values) {
  char out[64];
  const int length = std::snprintf(out, sizeof out, format, values...);
  return {out, static_cast<std::size_t>(std::max(length, 0))};
}

std::string date_of(long day, bool from_1904) {
  using namespace std::chrono;
  // 1900 has a 29 February in workbooks, so days before March are off by one.
  const sys_days first = from_1904 ? sys_days{year{1904} / 1 / 1} : day < 60 ? sys_days{year{1899} / 12 / 31} : sys_days{year{1899} / 12 / 30};
  const year_month_day date{first + days{day}};
  return printed("%04d-%02u-%02u", static_cast<int>(date.year()), static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

std::string clock_of(long seconds) { return printed("%02ld:%02ld:%02ld", seconds / 3600, seconds / 60 % 60, seconds % 60); }

std::string moment(double value, Kind kind, bool from_1904) {
  long day = static_cast<long>(std::floor(value));
  long seconds = std::lround((value - std::floor(value)) * kSecondsOfDay);
  if (kind == Kind::elapsed) return clock_of(day * kSecondsOfDay + seconds);
  if (seconds == kSecondsOfDay) ++day, seconds = 0;
  if (kind == Kind::time && day == 0) return clock_of(seconds);
  const std::string date = date_of(day, from_1904);
  return kind == Kind::date && seconds == 0 ? date : date + " " + clock_of(seconds);
}

}  // namespace

NumberFormat format_of_code(std::string_view code) {
  if (equals(code.substr(0, 7), "general")) return {};
  const Signs signs = signs_of(code);
  if (signs.is_elapsed) return {Kind::elapsed, 0};
  if (signs.has_day && signs.has_time) return {Kind::date_time, 0};
  if (signs.has_day || (signs.has_month_or_minute && !signs.has_time)) return {Kind::date, 0};
  if (signs.has_time) return {Kind::time, 0};
  return signs.is_percent ? NumberFormat{Kind::percent, signs.decimals} : NumberFormat{};
}

std::string shown_number(std::string_view number, const NumberFormat& format, bool from_1904) {
  double value = 0;
  number = trim(number);
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (error != std::errc() || end != number.data() + number.size() || !std::isfinite(value)) return std::string(number);
  if (format.kind == Kind::percent && std::fabs(value) < 1e12) return printed("%.*f%%", std::min(format.decimals, 15), value * 100);
  const bool is_moment = format.kind != Kind::plain && format.kind != Kind::percent && value >= 0 && value < kDaysMax;
  // 0.1 + 0.2 stands there with 17 digits; programs show 15 of them.
  return is_moment ? moment(value, format.kind, from_1904) : printed("%.15g", value);
}

CellFormats::CellFormats(const XmlTree& xml) {
  std::map<int, NumberFormat> own;
  for (const XmlId format : xml.children(xml.child(0, "x:numFmts"))) {
    if (xml.name(format) == "x:numFmt") own[number_in(xml.attribute(format, "numFmtId"), 1'000'000, 0)] = format_of_code(xml.attribute(format, "formatCode"));
  }
  for (const XmlId style : xml.children(xml.child(0, "x:cellXfs"))) {
    if (xml.name(style) != "x:xf") continue;
    const int id = number_in(xml.attribute(style, "numFmtId"), 1'000'000, 0);
    formats_.push_back(own.contains(id) ? own[id] : built_in(id));
  }
}

NumberFormat CellFormats::of(std::string_view style) const {
  const auto index = static_cast<std::size_t>(number_in(style, 1'000'000, 0));
  return index < formats_.size() ? formats_[index] : NumberFormat{};
}

}  // namespace doc_reader
