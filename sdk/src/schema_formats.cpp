// schema_formats.cpp - the texts that `format` names.
// SPDX-License-Identifier: Apache-2.0
#include "schema_formats.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

#include "schema_regex.hpp"

namespace collet::schema {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_one_of(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

template <class Test>
bool all(std::string_view text, Test test) {
  return std::all_of(text.begin(), text.end(), test);
}

/// Takes exactly `digits` decimal digits off `text`; -1 when they are not there.
int take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits || !all(text.substr(0, digits), is_digit)) return -1;
  int number = 0;
  std::from_chars(text.data(), text.data() + digits, number);
  text.remove_prefix(digits);
  return number;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

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

bool is_ipv4(std::string_view text) {
  const auto parts = split(text, '.');
  return parts.size() == 4 && std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
    if (part.empty() || part.size() > 3 || !all(part, is_digit) || (part.size() > 1 && part[0] == '0')) return false;
    int number = 0;
    std::from_chars(part.data(), part.data() + part.size(), number);
    return number <= 255;
  });
}

/// Groups on one side of "::"; -1 when broken.
int ipv6_groups(std::string_view text, bool may_end_in_ipv4) {
  if (text.empty()) return 0;
  const auto parts = split(text, ':');
  int groups = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool last = i + 1 == parts.size();
    if (last && may_end_in_ipv4 && is_ipv4(parts[i])) {
      groups += 2;
    } else if (!parts[i].empty() && parts[i].size() <= 4 && all(parts[i], is_hex)) {
      ++groups;
    } else {
      return -1;
    }
  }
  return groups;
}

bool is_ipv6(std::string_view text) {
  const auto gap = text.find("::");
  if (gap == std::string_view::npos) return ipv6_groups(text, true) == 8;
  const int before = ipv6_groups(text.substr(0, gap), false);
  const int after = ipv6_groups(text.substr(gap + 2), true);
  return before >= 0 && after >= 0 && before + after < 8;
}

bool is_hostname(std::string_view text) {
  if (text.empty() || text.size() > 253) return false;
  const auto labels = split(text, '.');
  return std::all_of(labels.begin(), labels.end(), [](std::string_view label) {
    return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
           all(label, [](char c) { return is_letter(c) || is_digit(c) || c == '-'; }) &&
           !(label.size() > 3 && label.substr(2, 2) == "--" && !label.starts_with("xn--"));
  });
}

bool is_atom_text(std::string_view text) {
  const auto atoms = split(text, '.');
  return std::all_of(atoms.begin(), atoms.end(), [](std::string_view atom) {
    return !atom.empty() && all(atom, [](char c) { return is_letter(c) || is_digit(c) || is_one_of(c, "!#$%&'*+/=?^_`{|}~-"); });
  });
}

bool is_quoted_local(std::string_view text) {
  if (text.size() < 3 || text.front() != '"' || text.back() != '"') return false;
  text = text.substr(1, text.size() - 2);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && ++i == text.size()) return false;
    if (text[i] == '"' && text[i - 1] != '\\') return false;
    if (text[i] < 0x20 || text[i] == 0x7F) return false;
  }
  return true;
}

bool is_email(std::string_view text) {
  const auto at = text.rfind('@');
  if (at == std::string_view::npos || at == 0 || at > 64) return false;
  const std::string_view local = text.substr(0, at);
  std::string_view domain = text.substr(at + 1);
  if (!is_atom_text(local) && !is_quoted_local(local)) return false;
  if (!domain.starts_with('[')) return is_hostname(domain);
  if (!domain.ends_with(']')) return false;
  domain = domain.substr(1, domain.size() - 2);
  return domain.starts_with("IPv6:") ? is_ipv6(domain.substr(5)) : is_ipv4(domain);
}

/// Letters, digits, the marks of `extra`, and %XX.
bool is_uri_text(std::string_view text, std::string_view extra) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) return false;
      i += 2;
    } else if (!is_letter(text[i]) && !is_digit(text[i]) && !is_one_of(text[i], "-._~!$&'()*+,;=") &&
               !is_one_of(text[i], extra)) {
      return false;
    }
  }
  return true;
}

bool is_authority(std::string_view text) {
  if (const auto at = text.find('@'); at != std::string_view::npos) {
    if (!is_uri_text(text.substr(0, at), ":")) return false;
    text.remove_prefix(at + 1);
  }
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return false;
    const std::string_view inside = text.substr(1, end - 1);
    if (!is_ipv6(inside) && !(inside.starts_with('v') && is_uri_text(inside, ":"))) return false;
    text.remove_prefix(end + 1);
    return text.empty() || (text[0] == ':' && all(text.substr(1), is_digit));
  }
  const auto colon = text.find(':');
  const bool port_fits = colon == std::string_view::npos || all(text.substr(colon + 1), is_digit);
  return port_fits && is_uri_text(text.substr(0, colon), "");
}

bool is_scheme(std::string_view text) {
  return !text.empty() && is_letter(text[0]) &&
         all(text, [](char c) { return is_letter(c) || is_digit(c) || is_one_of(c, "+-."); });
}

/// What follows the scheme.
bool is_uri_rest(std::string_view text) {
  if (const auto hash = text.find('#'); hash != std::string_view::npos) {
    if (!is_uri_text(text.substr(hash + 1), ":@/?")) return false;
    text = text.substr(0, hash);
  }
  if (const auto mark = text.find('?'); mark != std::string_view::npos) {
    if (!is_uri_text(text.substr(mark + 1), ":@/?")) return false;
    text = text.substr(0, mark);
  }
  if (text.starts_with("//")) {
    const auto slash = text.find('/', 2);
    if (!is_authority(text.substr(2, slash == std::string_view::npos ? slash : slash - 2))) return false;
    text = slash == std::string_view::npos ? std::string_view() : text.substr(slash);
  }
  return is_uri_text(text, ":@/");
}

bool is_uri(std::string_view text) {
  const auto colon = text.find(':');
  return colon != std::string_view::npos && is_scheme(text.substr(0, colon)) && is_uri_rest(text.substr(colon + 1));
}

bool is_uri_reference(std::string_view text) {
  if (is_uri(text)) return true;
  // A first step with ':' would be read as a scheme.
  const std::string_view first = text.substr(0, text.find_first_of("/?#"));
  return first.find(':') == std::string_view::npos && is_uri_rest(text);
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
