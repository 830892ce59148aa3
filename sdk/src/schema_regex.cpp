// schema_regex.cpp - ECMA-262 patterns on RE2: time linear in the text, whatever the pattern.
// SPDX-License-Identifier: Apache-2.0
#include "schema_regex.hpp"

#include <re2/re2.h>

#include <optional>
#include <string>

namespace collet::schema {

namespace {

constexpr std::size_t kPatternBytesMax = 16u << 10;
constexpr std::int64_t kProgramBytesMax = 4 << 20;

// ECMA's \s, as the inside of a class.
constexpr std::string_view kSpaces =
    R"(\t\n\v\f\r \x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff})";

struct LongName {
  std::string_view name;
  std::string_view short_name;
};

// \p{...} by the long names of general categories; RE2 knows the short ones, and
// the scripts by themselves.
constexpr LongName kCategories[] = {
    {"Letter", "L"}, {"Cased_Letter", "LC"}, {"Uppercase_Letter", "Lu"}, {"Lowercase_Letter", "Ll"},
    {"Titlecase_Letter", "Lt"}, {"Modifier_Letter", "Lm"}, {"Other_Letter", "Lo"}, {"Alphabetic", "L"},
    {"Mark", "M"}, {"Nonspacing_Mark", "Mn"}, {"Spacing_Mark", "Mc"}, {"Enclosing_Mark", "Me"},
    {"Number", "N"}, {"Decimal_Number", "Nd"}, {"digit", "Nd"}, {"Letter_Number", "Nl"}, {"Other_Number", "No"},
    {"Punctuation", "P"}, {"punct", "P"}, {"Connector_Punctuation", "Pc"}, {"Dash_Punctuation", "Pd"},
    {"Open_Punctuation", "Ps"}, {"Close_Punctuation", "Pe"}, {"Initial_Punctuation", "Pi"},
    {"Final_Punctuation", "Pf"}, {"Other_Punctuation", "Po"},
    {"Symbol", "S"}, {"Math_Symbol", "Sm"}, {"Currency_Symbol", "Sc"}, {"Modifier_Symbol", "Sk"}, {"Other_Symbol", "So"},
    {"Separator", "Z"}, {"Space_Separator", "Zs"}, {"Line_Separator", "Zl"}, {"Paragraph_Separator", "Zp"},
    {"Other", "C"}, {"Control", "Cc"}, {"Format", "Cf"}, {"Private_Use", "Co"},
};

/// Rewrites one ECMA pattern (as with the u flag) in RE2's spelling.
class Translator {
 public:
  explicit Translator(std::string_view in) : in_(in) {}

  Result<std::string> run() {
    while (at_ < in_.size() && !error_) step();
    if (error_) return *error_;
    return std::move(out_);
  }

 private:
  [[nodiscard]] std::string_view rest() const { return in_.substr(at_); }
  void refuse(std::string why) { error_ = Error{Errc::invalid, std::move(why)}; }

  void copy(std::size_t bytes, std::string_view as) {
    out_.append(as);
    at_ += bytes;
  }

  void step() {
    const char c = in_[at_];
    if (c == '\\') return escape();
    if (in_class_) {
      if (c == ']') in_class_ = false;
      // RE2 reads [:alpha:] as a POSIX class; ECMA does not know them.
      return copy(1, c == '[' ? "\\[" : in_.substr(at_, 1));
    }
    if (c == '[') return open_class();
    if (c == '(') return open_group();
    if (c == '.') return copy(1, R"([^\n\r\x{2028}\x{2029}])");
    copy(1, in_.substr(at_, 1));
  }

  void open_class() {
    if (rest().starts_with("[^]")) return copy(3, R"([\x{0}-\x{10ffff}])");
    if (rest().starts_with("[]")) return copy(2, R"([^\x{0}-\x{10ffff}])");
    in_class_ = true;
    copy(rest().starts_with("[^") ? 2 : 1, rest().starts_with("[^") ? "[^" : "[");
  }

  void open_group() {
    if (rest().starts_with("(?=") || rest().starts_with("(?!")) return refuse(without("lookahead " + text(3)));
    if (rest().starts_with("(?<=") || rest().starts_with("(?<!")) return refuse(without("lookbehind " + text(4)));
    if (rest().starts_with("(?<")) return copy(3, "(?P<");
    if (rest().starts_with("(?") && !rest().starts_with("(?:")) {
      return refuse("the group " + text(3) + " is no group of ECMA-262");
    }
    copy(1, "(");
  }

  [[nodiscard]] std::string text(std::size_t bytes) const { return std::string(rest().substr(0, bytes)); }
  static std::string without(const std::string& feature) {
    return feature + " is not supported: patterns run in linear time, as RE2 does; write the pattern without it";
  }

  void escape() {
    if (at_ + 1 == in_.size()) return refuse("the pattern ends in a single backslash");
    const char c = in_[at_ + 1];
    switch (c) {
      case 'u': return unicode_escape();
      case 'c': return control_escape();
      case 'p':
      case 'P': return property_escape();
      case 's': return copy(2, in_class_ ? std::string(kSpaces) : "[" + std::string(kSpaces) + "]");
      case 'S': return copy(2, in_class_ ? "\\S" : "[^" + std::string(kSpaces) + "]");
      case 'b': return copy(2, in_class_ ? "\\x08" : "\\b");
      case '0': return copy(2, "\\x00");
      case 'k': return refuse(without("the back reference \\k"));
      case 'd': case 'D': case 'w': case 'W': case 'B': case 'f': case 'n': case 'r': case 't': case 'v': case 'x':
        return copy(2, in_.substr(at_, 2));
      default: break;
    }
    if (c >= '1' && c <= '9') return refuse(without("the back reference " + text(2)));
    const bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (word) return refuse("the escape " + text(2) + " is none of ECMA-262");
    copy(2, in_.substr(at_, 2));
  }

  void unicode_escape() {
    const bool braces = rest().starts_with("\\u{");
    const std::size_t begin = at_ + (braces ? 3 : 2);
    const std::size_t end = braces ? in_.find('}', begin) : begin + 4;
    const bool fits = end != std::string_view::npos && end <= in_.size() && end > begin;
    const std::string_view digits = fits ? in_.substr(begin, end - begin) : std::string_view();
    if (digits.empty() || digits.find_first_not_of("0123456789abcdefABCDEF") != std::string_view::npos) {
      return refuse("expected hexadecimal digits after \\u");
    }
    unsigned long point = std::stoul(std::string(digits.substr(0, 8)), nullptr, 16);
    at_ = end + (braces ? 1 : 0);
    if (point >= 0xD800 && point < 0xDC00) point = joined_surrogates(point);
    char spelled[16];
    std::snprintf(spelled, sizeof spelled, "\\x{%lx}", point);
    out_.append(spelled);
  }

  /// \ud83d\ude00 names one character.
  unsigned long joined_surrogates(unsigned long high) {
    const std::string_view low = rest().substr(0, 6);
    if (low.size() < 6 || !low.starts_with("\\u") || low.find_first_not_of("0123456789abcdefABCDEF", 2) != low.npos) {
      return high;
    }
    const unsigned long value = std::stoul(std::string(low.substr(2)), nullptr, 16);
    if (value < 0xDC00 || value > 0xDFFF) return high;
    at_ += 6;
    return 0x10000 + ((high - 0xD800) << 10) + (value - 0xDC00);
  }

  void control_escape() {
    const char c = at_ + 2 < in_.size() ? in_[at_ + 2] : ' ';
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!letter) return refuse("expected a letter after \\c");
    char spelled[8];
    std::snprintf(spelled, sizeof spelled, "\\x%02x", c & 0x1F);
    copy(3, spelled);
  }

  void property_escape() {
    const std::size_t end = in_.find('}', at_);
    if (at_ + 2 >= in_.size() || in_[at_ + 2] != '{' || end == std::string_view::npos) {
      return refuse("expected {...} after " + text(2));
    }
    std::string_view property = in_.substr(at_ + 3, end - at_ - 3);
    if (const auto equals = property.find('='); equals != std::string_view::npos) property.remove_prefix(equals + 1);
    const char positive = in_[at_ + 1];
    at_ = end + 1;
    if (property == "ASCII") {
      const std::string ascii = positive == 'p' ? "[:ascii:]" : "[:^ascii:]";
      out_.append(in_class_ ? ascii : "[" + ascii + "]");
      return;
    }
    for (const LongName& category : kCategories) {
      if (category.name == property) property = category.short_name;
    }
    if (property == "LC") {
      out_.append(in_class_ ? "\\p{Lu}\\p{Ll}\\p{Lt}" : "[\\p{Lu}\\p{Ll}\\p{Lt}]");
      return;
    }
    out_.append(1, '\\').append(1, positive).append("{").append(property).append("}");
  }

  std::string_view in_;
  std::string out_;
  std::size_t at_ = 0;
  bool in_class_ = false;
  std::optional<Error> error_;
};

RE2::Options options() {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_never_capture(true);
  options.set_max_mem(kProgramBytesMax);
  return options;
}

}  // namespace

struct Regex::Program {
  explicit Program(const std::string& pattern) : re(pattern, options()) {}
  RE2 re;
};

Regex::Regex(std::string pattern, std::unique_ptr<Program> program)
    : pattern_(std::move(pattern)), program_(std::move(program)) {}
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;
Regex::~Regex() = default;

Result<Regex> Regex::compile(std::string_view ecma_pattern) {
  if (ecma_pattern.size() > kPatternBytesMax) {
    return Error{Errc::limit, "the pattern is longer than " + std::to_string(kPatternBytesMax) + " bytes"};
  }
  auto translated = Translator(ecma_pattern).run();
  if (!translated) return translated.error();
  auto program = std::make_unique<Program>(*translated);
  if (!program->re.ok()) return Error{Errc::invalid, "the pattern is wrong: " + program->re.error()};
  return Regex(std::string(ecma_pattern), std::move(program));
}

bool Regex::found_in(std::string_view text) const {
  return program_->re.Match(re2::StringPiece(text.data(), text.size()), 0, text.size(), RE2::UNANCHORED, nullptr, 0);
}

}  // namespace collet::schema
