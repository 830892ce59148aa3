#include "llm/args_repair.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "base/text.hpp"
#include "collet/json.hpp"

namespace collet::llm {

namespace {

constexpr std::size_t kBytesMax = 1u << 20;
constexpr int kDepthMax = 64;
constexpr std::size_t kLookaheadMax = 256;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_quote(char c) { return c == '"' || c == '\'' || c == '`'; }
bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-' || c == '$'; }

/// Reads what a person would read, writes what the standard wants.
class LenientReader {
 public:
  explicit LenientReader(std::string_view text) : text_(text) {}

  /// The first object of the text as strict JSON.
  std::optional<std::string> read_object() {
    at_ = text_.find('{');
    if (at_ == std::string_view::npos || !object(0)) return std::nullopt;
    return out_.take();
  }

 private:
  enum class Place { key, member, element };

  [[nodiscard]] bool done() const { return at_ >= text_.size(); }
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  void skip_blank() {
    while (!done()) {
      if (is_space(peek())) {
        ++at_;
      } else if (peek() == '/' && peek(1) == '/') {
        skip_past("\n");
      } else if (peek() == '/' && peek(1) == '*') {
        skip_past("*/");
      } else {
        return;
      }
    }
  }

  void skip_past(std::string_view mark) {
    const std::size_t found = text_.find(mark, at_);
    at_ = found == std::string_view::npos ? text_.size() : found + mark.size();
  }

  void skip_commas() {
    for (skip_blank(); peek() == ','; skip_blank()) ++at_;
  }

  bool object(int depth) {
    if (depth > kDepthMax) return false;
    ++at_;
    out_.begin_object();
    for (skip_commas(); !done() && peek() != '}'; skip_commas()) {
      if (peek() == ']') break;  // closed by the wrong bracket
      if (!member(depth)) return false;
    }
    ++at_;
    out_.end_object();
    return true;
  }

  bool member(int depth) {
    const std::string key = is_quote(peek()) ? quoted(Place::key) : word();
    if (key.empty() && !is_quote(text_[at_ - 1])) return false;
    skip_blank();
    if (peek() == ':' || peek() == '=') ++at_;
    skip_blank();
    out_.key(key);
    if (done() || peek() == '}' || peek() == ',') {
      out_.null();
      return true;
    }
    return value(depth, Place::member);
  }

  bool array(int depth) {
    if (depth > kDepthMax) return false;
    ++at_;
    out_.begin_array();
    for (skip_commas(); !done() && peek() != ']' && peek() != '}'; skip_commas()) {
      if (!value(depth, Place::element)) return false;
    }
    if (peek() == ']') ++at_;
    out_.end_array();
    return true;
  }

  bool value(int depth, Place place) {
    const std::size_t before = at_;
    if (peek() == '{') return object(depth + 1);
    if (peek() == '[') return array(depth + 1);
    if (is_quote(peek())) {
      out_.string(quoted(place));
    } else {
      bare();
    }
    return at_ > before;
  }

  std::string word() {
    const std::size_t begin = at_;
    while (!done() && is_word(peek())) ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }

  /// Something without quotes, up to where the next thing must begin.
  void bare() {
    const std::size_t end = std::min(text_.find_first_of(",}]\n", at_), text_.size());
    const auto token = base::trim(text_.substr(at_, end - at_));
    const auto first = token.substr(0, token.find_first_of(" \t"));
    const std::size_t after = skip_space_from(at_ + first.size());
    const bool comment = text_.substr(std::min(after, text_.size())).starts_with('/');
    if (first.size() < token.size() && (comment || starts_member(after)) && literal(first)) {
      at_ += first.size();
      return;
    }
    at_ = end;
    if (!literal(token)) out_.string(token);
  }

  /// Writes a number, boolean or null in JSON's or Python's spelling.
  bool literal(std::string_view token) {
    const std::string lower = base::to_lower(token);
    if (lower == "true" || lower == "false") {
      out_.boolean(lower == "true");
    } else if (lower.empty() || lower == "none" || lower == "null" || lower == "undefined" || lower == "nan") {
      out_.null();
    } else if (const auto number = Value::parse(token); number && number->is_number()) {
      out_.raw(token);
    } else {
      return false;
    }
    return true;
  }

  std::string quoted(Place place) {
    const char quote = peek();
    const std::string three(3, quote);
    if (text_.substr(at_).starts_with(three)) return triple_quoted(three);
    ++at_;
    std::string out;
    while (!done()) {
      const char c = peek();
      if (c == quote && ends_string(place)) {
        ++at_;
        break;
      }
      ++at_;
      if (c == '\\') {
        escape(out);
      } else {
        out += c;
      }
    }
    return out;
  }

  std::string triple_quoted(const std::string& three) {
    at_ += three.size();
    const std::size_t end = std::min(text_.find(three, at_), text_.size());
    std::string out(text_.substr(at_, end - at_));
    at_ = std::min(end + three.size(), text_.size());
    return out;
  }

  void escape(std::string& out) {
    const char c = peek();
    if (done()) return;
    ++at_;
    switch (c) {
      case 'n': out += '\n'; return;
      case 't': out += '\t'; return;
      case 'r': out += '\r'; return;
      case 'b': out += '\b'; return;
      case 'f': out += '\f'; return;
      case '"': case '\'': case '`': case '\\': case '/': out += c; return;
      case '\n': return;  // a line continued
      case 'u': unicode(out); return;
      default: (out += '\\') += c; return;  // a lone backslash, as in a regular expression
    }
  }

  /// \uXXXX, a surrogate pair included; the strict parser knows how.
  void unicode(std::string& out) {
    const bool pair = text_.substr(at_).size() >= 10 && text_.substr(at_ + 4, 2) == "\\u";
    for (const std::size_t digits : {pair ? std::size_t{10} : std::size_t{4}, std::size_t{4}}) {
      const std::string quoted_text = "\"\\u" + std::string(text_.substr(at_, digits)) + "\"";
      const auto parsed = Value::parse(quoted_text);
      if (!parsed || !parsed->is_string()) continue;
      out += *parsed->as_string();
      at_ += std::min(digits, text_.size() - at_);
      return;
    }
    out += "\\u";
  }

  /// Is the quote under the cursor the end of its string? Models forget to escape
  /// quotes inside code, so what follows decides.
  [[nodiscard]] bool ends_string(Place place) const {
    std::size_t next = skip_space_from(at_ + 1);
    if (next >= text_.size()) return true;
    if (place == Place::key) return text_[next] == ':' || text_[next] == '=' || text_[next] == ',';
    if (text_[next] == ',') return place == Place::element || starts_member(skip_commas_from(next));
    if (text_[next] != '}' && text_[next] != ']') return starts_member(next);
    const std::size_t limit = std::min(text_.size(), next + kLookaheadMax);
    while (next < limit && (is_space(text_[next]) || text_[next] == '}' || text_[next] == ']')) ++next;
    return next >= limit || text_[next] == ',' || text_[next] == '`';
  }

  [[nodiscard]] std::size_t skip_space_from(std::size_t at) const {
    const std::size_t limit = std::min(text_.size(), at + kLookaheadMax);
    while (at < limit && is_space(text_[at])) ++at;
    return at;
  }

  [[nodiscard]] std::size_t skip_commas_from(std::size_t at) const {
    const std::size_t limit = std::min(text_.size(), at + kLookaheadMax);
    while (at < limit && (is_space(text_[at]) || text_[at] == ',')) ++at;
    return at;
  }

  /// Does `key:`, `"key":` or the closing bracket begin here?
  [[nodiscard]] bool starts_member(std::size_t at) const {
    if (at >= text_.size() || text_[at] == '}' || text_[at] == ']') return true;
    const char quote = is_quote(text_[at]) ? text_[at++] : '\0';
    const std::size_t begin = at;
    const std::size_t limit = std::min(text_.size(), at + kLookaheadMax);
    while (at < limit && is_word(text_[at])) ++at;
    if (at == begin || at >= text_.size()) return false;
    if (quote != '\0' && text_[at++] != quote) return false;
    at = skip_space_from(at);
    return at < text_.size() && text_[at] == ':';
  }

  std::string_view text_;
  std::size_t at_ = 0;
  JsonWriter out_;
};

/// The text up to the bracket that closes the first object; empty if none does, or
/// if a quote follows: then the bracket was one inside a string with loose quotes.
std::string_view first_object(std::string_view text) {
  const std::size_t begin = text.find('{');
  if (begin == std::string_view::npos) return {};
  int depth = 0;
  bool in_string = false;
  for (std::size_t at = begin; at < text.size(); ++at) {
    const char c = text[at];
    if (in_string) {
      if (c == '\\') ++at;
      else if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{') {
      ++depth;
    } else if (c == '}' && --depth == 0) {
      const auto rest = base::trim(text.substr(at + 1));
      return rest.empty() || !is_quote(rest.front()) || rest.front() == '`' ? text.substr(begin, at + 1 - begin) : std::string_view();
    }
  }
  return {};
}

/// What a strict parse makes of it: the object, {} for "no arguments", or the
/// object that was put into a string.
std::optional<std::string> accept(std::string_view text, bool unwrap) {
  const auto parsed = Value::parse(text);
  if (!parsed) return std::nullopt;
  if (parsed->is_object()) return std::string(text);
  if (parsed->is_null() || (parsed->is_array() && parsed->size() == 0)) return "{}";
  if (unwrap && parsed->is_string()) return repair_arguments(*parsed->as_string());
  return std::nullopt;
}

}  // namespace

std::optional<std::string> repair_arguments(std::string_view text) {
  if (text.size() > kBytesMax) return std::nullopt;
  const auto trimmed = base::trim(text);
  if (trimmed.empty()) return "{}";
  // Once unwrapped, a string in a string is nobody's honest mistake.
  const bool unwrap = trimmed.front() == '"' && !trimmed.starts_with("\"\\\"");
  if (auto fine = accept(trimmed, unwrap)) return fine;
  // Whole JSON with words around it needs no guesses.
  if (const auto object = first_object(trimmed); !object.empty()) {
    if (auto fine = accept(object, false)) return fine;
  }
  auto mended = LenientReader(trimmed).read_object();
  if (!mended || !accept(*mended, false)) return std::nullopt;
  return mended;
}

}  // namespace collet::llm
