#include "skim.hpp"

#include <array>

#include "words.hpp"

namespace doc_reader {
namespace {

constexpr auto kNone = std::string_view::npos;

bool begins_with(std::string_view html, std::size_t at, std::string_view word) {
  return at + word.size() <= html.size() && equals(html.substr(at, word.size()), word);
}

/// Is there a tag of this name at `at`, where its name begins?
bool is_name_at(std::string_view html, std::size_t at, std::string_view name) {
  if (!begins_with(html, at, name)) return false;
  const std::size_t end = at + name.size();
  return end == html.size() || is_space(html[end]) || html[end] == '>' || html[end] == '/';
}

/// Behind the '>' of the tag whose name begins at `at`. A '>' in a quoted value is none.
std::size_t tag_end(std::string_view html, std::size_t at) {
  while (at < html.size() && html[at] != '>') {
    const char c = html[at++];
    if (c != '=') continue;
    while (at < html.size() && is_space(html[at])) ++at;
    if (at == html.size() || (html[at] != '"' && html[at] != '\'')) continue;
    const auto close = html.find(html[at], at + 1);
    if (close == kNone) return html.size();
    at = close + 1;
  }
  return at < html.size() ? at + 1 : at;
}

std::size_t comment_end(std::string_view html, std::size_t at) {
  // "<!-->" and "<!--->" are whole comments.
  if (html.substr(at, 5) == "<!-->") return at + 5;
  if (html.substr(at, 6) == "<!--->") return at + 6;
  for (std::size_t end = html.find("--", at + 4); end != kNone; end = html.find("--", end + 1)) {
    if (html.substr(end + 2, 1) == ">") return end + 3;
    if (html.substr(end + 2, 2) == "!>") return end + 4;
  }
  return html.size();
}

/// Is the end of a script of which `content` has been read the end of another one, that
/// stands in a comment in it? Such a comment is how pages hid scripts from old browsers.
bool is_script_in_comment(std::string_view content) {
  const auto comment = content.rfind("<!--");
  return comment != kNone && content.find("-->", comment) == kNone && contains(content.substr(comment), "<script") &&
         !contains(content.substr(comment), "</script");
}

/// Where the end tag of an element begins whose content holds no tags.
std::size_t raw_end(std::string_view html, std::size_t begin, std::string_view name) {
  for (auto at = html.find("</", begin); at != kNone; at = html.find("</", at + 2)) {
    if (is_name_at(html, at + 2, name) && !(name == "script" && is_script_in_comment(html.substr(begin, at - begin)))) return at;
  }
  return html.size();
}

}  // namespace

std::string skimmed(std::string_view html) {
  struct Raw {
    std::string_view name;
    bool is_dropped;
  };
  static constexpr std::array<Raw, 4> kRaw = {{{"script", true}, {"style", true}, {"textarea", false}, {"title", false}}};
  std::string out;
  std::size_t kept = 0;  // everything before is in `out` or dropped
  const auto drop = [&](std::size_t from, std::size_t to) {
    out.append(html.substr(kept, from - kept));
    kept = to;
  };
  std::size_t at = html.find('<');
  while (at != kNone && at < html.size()) {
    if (html.substr(at, 4) == "<!--") {
      const auto end = comment_end(html, at);
      drop(at, end);
      at = html.find('<', end);
      continue;
    }
    const std::size_t name = at + 1;
    const bool is_tag = name < html.size() && (is_alpha(html[name]) || (html[name] == '/' && name + 1 < html.size() && is_alpha(html[name + 1])));
    if (!is_tag) {
      at = html.find('<', name);
      continue;
    }
    const auto end = tag_end(html, name);
    std::size_t next = end;
    for (const Raw& raw : kRaw) {
      if (!is_name_at(html, name, raw.name)) continue;
      next = raw_end(html, end, raw.name);
      if (raw.is_dropped && !contains(html.substr(name, end - name), "ld+json")) drop(end, next);
      break;
    }
    at = html.find('<', next);
  }
  out.append(html.substr(std::min(kept, html.size())));
  return out;
}

}  // namespace doc_reader
