#include "go_tokens.hpp"

#include <algorithm>
#include <array>

namespace code_exec {
namespace {

using Kind = GoToken::Kind;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (static_cast<unsigned char>(c) & 0x80) != 0; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Whether a line may end a statement behind it.
bool may_end(const GoToken& token) {
  static constexpr std::array<std::string_view, 21> kGoesOn = {
      "case",   "chan", "const",     "default", "defer", "else",   "for",    "func",   "go",   "goto", "if",
      "import", "interface", "map",  "package", "range", "select", "struct", "switch", "type", "var"};
  if (token.kind == Kind::word) return std::ranges::find(kGoesOn, token.text) == kGoesOn.end();
  if (token.kind == Kind::literal) return true;
  static constexpr std::array<std::string_view, 5> kEnds = {")", "]", "}", "++", "--"};
  return token.kind == Kind::sign && std::ranges::find(kEnds, token.text) != kEnds.end();
}

class Scanner {
 public:
  explicit Scanner(std::string_view code) : code_(code) {}

  std::vector<GoToken> scan() {
    while (at_ < code_.size()) {
      const char c = code_[at_];
      if (c == '\n') end_line();
      else if (c == ' ' || c == '\t' || c == '\r') ++at_;
      else if (starts("//")) at_ = std::min(code_.find('\n', at_), code_.size());
      else if (starts("/*")) skip_comment();
      else scan_token(c);
    }
    end_line();
    return std::move(tokens_);
  }

 private:
  [[nodiscard]] bool starts(std::string_view text) const { return code_.substr(at_).starts_with(text); }

  void add(Kind kind, std::size_t size) {
    tokens_.push_back({kind, code_.substr(at_, size), at_, depth_});
    at_ += size;
  }

  void end_line() {
    if (!tokens_.empty() && may_end(tokens_.back())) tokens_.push_back({Kind::end, {}, at_, depth_});
    ++at_;
  }

  void skip_comment() {
    const std::size_t end = code_.find("*/", at_ + 2);
    const std::string_view comment = code_.substr(at_, end == std::string_view::npos ? end : end + 2 - at_);
    const std::size_t after = at_ + comment.size();
    if (comment.find('\n') != std::string_view::npos) end_line();
    at_ = after;
  }

  void scan_token(char c) {
    if (is_letter(c)) return add(Kind::word, length([](char d) { return is_letter(d) || is_digit(d); }));
    if (is_digit(c) || (c == '.' && at_ + 1 < code_.size() && is_digit(code_[at_ + 1]))) {
      return add(Kind::literal, length([](char d) { return is_letter(d) || is_digit(d) || d == '.'; }));
    }
    if (c == '"' || c == '\'' || c == '`') return add(Kind::literal, quoted(c));
    if (c == ';') return add(Kind::end, 1);
    if (c == ')' || c == ']' || c == '}') depth_ = std::max(0, depth_ - 1);
    add(Kind::sign, starts("++") || starts("--") || starts(":=") ? 2 : 1);
    if (c == '(' || c == '[' || c == '{') ++depth_;
  }

  template <typename Is>
  [[nodiscard]] std::size_t length(Is is) const {
    return static_cast<std::size_t>(std::find_if_not(code_.begin() + static_cast<std::ptrdiff_t>(at_), code_.end(), is) - code_.begin()) - at_;
  }

  /// A text that is not closed ends with its line.
  [[nodiscard]] std::size_t quoted(char quote) const {
    for (std::size_t i = at_ + 1; i < code_.size(); ++i) {
      if (code_[i] == quote) return i + 1 - at_;
      if (quote == '`') continue;
      if (code_[i] == '\n') return i - at_;
      if (code_[i] == '\\') ++i;
    }
    return code_.size() - at_;
  }

  std::string_view code_;
  std::size_t at_ = 0;
  int depth_ = 0;
  std::vector<GoToken> tokens_;
};

}  // namespace

std::vector<GoToken> go_tokens(std::string_view code) { return Scanner(code).scan(); }

}  // namespace code_exec
