// schema_formats.cpp - the texts that `format` names.
// SPDX-License-Identifier: Apache-2.0
#include "schema_formats.hpp"

#include "schema_formats_text.hpp"
#include "schema_regex.hpp"

namespace collet::schema {

namespace {

bool is_date(std::string_view text) {
  constexpr int kDays[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const int year = take_number(text, 4);
  if (year < 0 || !take(text, '-')) return false;
  const int month = take_number(text, 2);
  if (month < 1 || month > 12 || !take(text, '-')) return false;
  const int day = take_number(text, 2);
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  const int last = month == 2 && !leap ? 28 : kDays[month - 1];
  return text.empty() && day >= 1 && day <= last;
}

/// RFC 3339 with its leap seconds: 23:59:60 in UTC.
bool is_time(std::string_view text) {
  const int hour = take_number(text, 2);
  if (hour < 0 || hour > 23 || !take(text, ':')) return false;
  const int minute = take_number(text, 2);
  if (minute < 0 || minute > 59 || !take(text, ':')) return false;
  const int second = take_number(text, 2);
  if (second < 0 || second > 60) return false;
  if (take(text, '.')) {
    const auto digits = std::find_if_not(text.begin(), text.end(), is_digit) - text.begin();
    if (digits == 0) return false;
    text.remove_prefix(static_cast<std::size_t>(digits));
  }
  int offset = 0;
  if (!take(text, 'Z') && !take(text, 'z')) {
    const int sign = text.starts_with('-') ? -1 : 1;
    if (!take(text, '+') && !take(text, '-')) return false;
    const int hours = take_number(text, 2);
    if (hours < 0 || hours > 23 || !take(text, ':')) return false;
    const int minutes = take_number(text, 2);
    if (minutes < 0 || minutes > 59) return false;
    offset = sign * (hours * 60 + minutes);
  }
  const int utc = ((hour * 60 + minute - offset) % 1440 + 1440) % 1440;
  return text.empty() && (second < 60 || utc == 23 * 60 + 59);
}

bool is_date_time(std::string_view text) {
  return text.size() > 11 && is_one_of(text[10], "Tt") && is_date(text.substr(0, 10)) && is_time(text.substr(11));
}

/// Takes a run of "<number><unit>" with units in the order of `units`.
bool take_amounts(std::string_view& text, std::string_view units) {
  bool any = false;
  std::size_t next_unit = 0;
  while (!text.empty() && is_digit(text[0])) {
    while (!text.empty() && is_digit(text[0])) text.remove_prefix(1);
    if (text.empty()) return false;
    const auto unit = units.find(text[0], next_unit);
    // Units follow each other without a gap: P1Y2D is none.
    if (unit == std::string_view::npos || (any && unit != next_unit)) return false;
    next_unit = unit + 1;
    text.remove_prefix(1);
    any = true;
  }
  return any;
}

bool is_duration(std::string_view text) {
  if (!take(text, 'P') || text.empty()) return false;
  if (text.ends_with('W')) return text.size() > 1 && all(text.substr(0, text.size() - 1), is_digit);
  if (!text.starts_with('T') && !take_amounts(text, "YMD")) return false;
  if (text.empty()) return true;
  return take(text, 'T') && take_amounts(text, "HMS") && text.empty();
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !is_hex(text[i])) return false;
  }
  return true;
}

bool is_json_pointer(std::string_view text) {
  if (!text.empty() && text[0] != '/') return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '~' && (i + 1 == text.size() || !is_one_of(text[i + 1], "01"))) return false;
  }
  return true;
}

bool is_relative_json_pointer(std::string_view text) {
  const auto digits = static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_digit) - text.begin());
  if (digits == 0 || (digits > 1 && text[0] == '0')) return false;
  return text.substr(digits) == "#" || is_json_pointer(text.substr(digits));
}

bool is_regex(std::string_view text) { return Regex::compile(text).ok(); }

constexpr Format kFormats[] = {
    {"date-time", is_date_time, "2024-05-31T17:00:00Z"},
    {"date", is_date, "2024-05-31"},
    {"time", is_time, "17:00:00Z"},
    {"duration", is_duration, "P1DT12H"},
    {"email", is_email, "name@example.org"},
    {"hostname", is_hostname, "www.example.org"},
    {"ipv4", is_ipv4, "192.0.2.1"},
    {"ipv6", is_ipv6, "2001:db8::1"},
    {"uri", is_uri, "https://example.org/path"},
    {"uri-reference", is_uri_reference, "/path?query"},
    {"uuid", is_uuid, "123e4567-e89b-12d3-a456-426614174000"},
    {"regex", is_regex, "^[a-z]+$"},
    {"json-pointer", is_json_pointer, "/items/0"},
    {"relative-json-pointer", is_relative_json_pointer, "1/items"},
};

}  // namespace

const Format* find_format(std::string_view name) {
  for (const Format& format : kFormats) {
    if (format.name == name) return &format;
  }
  return nullptr;
}

}  // namespace collet::schema
