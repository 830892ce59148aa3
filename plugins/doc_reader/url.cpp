#include "url.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "words.hpp"

namespace doc_reader {
namespace {

struct Parts {
  std::string_view scheme, authority, path, query, fragment;  // query and fragment with their mark
  bool has_authority = false;
};

Parts split(std::string_view url) {
  Parts out;
  const auto colon = url.find(':');
  if (colon != std::string_view::npos && colon > 0 && is_alpha(url[0])) {
    const auto scheme = url.substr(0, colon);
    if (std::ranges::all_of(scheme, [](char c) { return is_alnum(c) || c == '+' || c == '-' || c == '.'; })) {
      out.scheme = scheme;
      url.remove_prefix(colon + 1);
    }
  }
  if (url.starts_with("//")) {
    url.remove_prefix(2);
    out.has_authority = true;
    out.authority = url.substr(0, url.find_first_of("/?#"));
    url.remove_prefix(out.authority.size());
  }
  const auto hash = std::min(url.find('#'), url.size());
  out.fragment = url.substr(hash);
  url = url.substr(0, hash);
  const auto mark = std::min(url.find('?'), url.size());
  out.query = url.substr(mark);
  out.path = url.substr(0, mark);
  return out;
}

std::string without_dots(std::string_view path) {
  std::vector<std::string_view> kept;
  const bool is_folder = path.ends_with("/") || path.ends_with("/.") || path.ends_with("/..");
  while (!path.empty()) {
    const auto slash = std::min(path.find('/'), path.size());
    const auto segment = path.substr(0, slash);
    path.remove_prefix(std::min(slash + 1, path.size()));
    if (segment == "..") {
      if (!kept.empty()) kept.pop_back();
    } else if (segment != "." && !segment.empty()) {
      kept.push_back(segment);
    }
  }
  std::string out;
  for (const auto segment : kept) out.append("/").append(segment);
  if (is_folder || out.empty()) out += '/';
  return out;
}

/// As browsers do before they look at a URL: a script's scheme may be cut by line ends.
std::string cleaned(std::string_view reference) {
  std::string out;
  for (const char c : reference) {
    if (c != '\t' && c != '\n' && c != '\r') out += c;
  }
  const auto is_blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (!out.empty() && is_blank(out.back())) out.pop_back();
  out.erase(out.begin(), std::ranges::find_if_not(out, is_blank));
  return out;
}

bool has_balanced_parentheses(std::string_view url) {
  int open = 0;
  for (const char c : url) {
    open += c == '(' ? 1 : c == ')' ? -1 : 0;
    if (open < 0 || open > 8) return false;
  }
  return open == 0;
}

std::string escaped(std::string_view url) {
  static constexpr std::string_view kHex = "0123456789ABCDEF";
  const bool keeps_parentheses = has_balanced_parentheses(url);
  std::string out;
  while (!url.empty()) {
    const auto [c, bytes] = decode(url);
    const bool is_encoded = c <= ' ' || c >= 0x7F || c == '<' || c == '>' || c == '\\' || c == '|' || c == '`' || c == '"' || c == '[' || c == ']' ||
                            c == '*' || (!keeps_parentheses && (c == '(' || c == ')'));
    if (!is_encoded) {
      out.append(url.substr(0, bytes));
    } else {
      for (const char byte : url.substr(0, bytes)) {
        const auto value = static_cast<unsigned char>(byte);
        out.append("%").append(1, kHex[value >> 4]).append(1, kHex[value & 15]);
      }
    }
    url.remove_prefix(bytes);
  }
  // "&lt;" in a destination would be read as "<". A backslash does not help with every reader.
  for (std::size_t at = out.find('&'); at != std::string::npos; at = out.find('&', at + 1)) {
    const auto end = out.find_first_of(";&=/", at + 1);
    if (end != std::string::npos && out[end] == ';') out.replace(at, 1, "&amp;"), at += 4;
  }
  return out;
}

}  // namespace

bool has_scheme(std::string_view url) { return !split(url).scheme.empty(); }

std::string resolve_url(std::string_view base, std::string_view reference) {
  const Parts from = split(base), to = split(reference);
  if (!to.scheme.empty() || !from.has_authority) return std::string(reference);
  std::string out = std::string(from.scheme) + "://";
  if (to.has_authority) return out.append(to.authority).append(to.path).append(to.query).append(to.fragment);
  out += from.authority;
  if (to.path.empty()) {
    const auto query = to.query.empty() ? from.query : to.query;
    return out.append(from.path).append(query).append(to.fragment);
  }
  if (to.path.starts_with('/')) return out.append(without_dots(to.path)).append(to.query).append(to.fragment);
  const auto slash = from.path.rfind('/');
  const std::string folder(slash == std::string_view::npos ? "/" : from.path.substr(0, slash + 1));
  return out.append(without_dots(folder + std::string(to.path))).append(to.query).append(to.fragment);
}

std::string link_destination(std::string_view base, std::string_view reference, std::size_t bytes_max) {
  static constexpr std::array<std::string_view, 5> kSchemes = {"http", "https", "ftp", "mailto", "tel"};
  if (reference.size() > bytes_max) return {};
  const std::string url = cleaned(reference);
  if (url.empty()) return {};
  const Parts parts = split(url);
  const bool is_known = std::ranges::any_of(kSchemes, [&](std::string_view s) { return equals(s, parts.scheme); });
  // Before the first slash a colon belongs to a scheme, however odd its characters.
  const bool is_odd = parts.scheme.empty() && !parts.has_authority && parts.path.substr(0, parts.path.find('/')).find(':') != std::string_view::npos;
  if (is_odd || (!parts.scheme.empty() && !is_known)) return {};
  // A place on the page itself says nothing once the page is text.
  if (url[0] == '#') return {};
  std::string out = escaped(resolve_url(base, url));
  if (out.size() > bytes_max) out.clear();
  return out;
}

}  // namespace doc_reader
