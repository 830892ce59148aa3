// schema_formats_net.cpp - addresses, host names, mail addresses, URIs.
// SPDX-License-Identifier: Apache-2.0
#include "schema_formats_text.hpp"

namespace collet::schema {

bool is_ipv4(std::string_view text) {
  const auto parts = split(text, '.');
  return parts.size() == 4 && std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
    if (part.empty() || part.size() > 3 || !all(part, is_digit) || (part.size() > 1 && part[0] == '0')) return false;
    int number = 0;
    std::from_chars(part.data(), part.data() + part.size(), number);
    return number <= 255;
  });
}

namespace {

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

}  // namespace

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

namespace {

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

}  // namespace

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

namespace {

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

}  // namespace

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

}  // namespace collet::schema
