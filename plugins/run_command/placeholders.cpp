// Follows quotes and $( ) as far as is needed to know whether a placeholder is inside
// double quotes. Where that would take a whole shell, it does not guess: from there on
// placeholders are refused, and the author can write "$COLLET_ARG_NAME" himself.
#include "placeholders.hpp"

#include <algorithm>

namespace run_command {
namespace {

using collet::Errc;
using collet::Error;
using collet::Result;

constexpr std::string_view kBlank = " \t\n";

bool is_one_of(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }
bool is_name_char(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

class Filler {
 public:
  Filler(std::string_view cmd, const std::vector<Parameter>& parameters) : cmd_(cmd), parameters_(parameters) {}

  Result<std::string> fill() {
    while (at_ < cmd_.size() && problem_.empty()) {
      if (quoted()) step_quoted();
      else step_plain();
    }
    if (!problem_.empty()) return Error{Errc::invalid, problem_};
    return std::move(out_);
  }

 private:
  bool quoted() const { return !nested_.empty() && nested_.back() == '"'; }
  char at(std::size_t index) const { return index < cmd_.size() ? cmd_[index] : '\0'; }
  bool starts_word() const { return at_ == 0 || is_one_of(cmd_[at_ - 1], " \t\n;&|()"); }
  void copy(std::size_t count) {
    out_ += cmd_.substr(at_, count);
    at_ += std::min(count, cmd_.size() - at_);
  }
  void copy_to(std::size_t end) { copy(std::min(end, cmd_.size()) - at_); }
  void enter(char kind, std::size_t count) {
    nested_.push_back(kind);
    copy(count);
  }

  void step_plain() {
    const char c = cmd_[at_];
    if (c == '\\') return escape();
    if (c == '\'') return single_quotes();
    if (c == '"') return enter('"', 1);
    if (c == '$') return dollar();
    if (c == '`') return give_up("a backtick");
    if (c == '<' && at(at_ + 1) == '<') return give_up("a here-document");
    if (c == '(') return at(at_ + 1) == '(' ? give_up("an arithmetic expression") : enter('(', 1);
    if (c == '{') return brace();
    if (c == '#' && starts_word()) return copy_to(cmd_.find('\n', at_));
    // Its patterns end in a ")" that closes nothing.
    if (c == 'c' && starts_word() && cmd_.substr(at_).starts_with("case") && is_one_of(at(at_ + 4), kBlank) && is_inside_quotes()) {
      return give_up("a \"case\" inside \"$( )\"");
    }
    if (c == ')' && !nested_.empty()) nested_.pop_back();
    copy(1);
  }

  void step_quoted() {
    const char c = cmd_[at_];
    if (c == '\\') return escape();
    if (c == '$') return dollar();
    if (c == '`') return give_up("a backtick");
    if (c == '{') return brace();
    if (c == '"') nested_.pop_back();
    copy(1);
  }

  bool is_inside_quotes() const { return std::ranges::find(nested_, '"') != nested_.end(); }

  // A line continuation inside a word could hide a "$(" from us.
  void escape() {
    const bool splits_word = at(at_ + 1) == '\n' && at_ > 0 && !is_one_of(cmd_[at_ - 1], kBlank);
    if (splits_word) return give_up("a line continuation inside a word");
    copy(2);
  }

  void single_quotes() {
    const std::size_t end = std::min(cmd_.find('\'', at_ + 1), cmd_.size());
    refuse_placeholders(at_, end, "stands inside single quotes, where the shell replaces nothing; end them first ('text '{", "}) or use double quotes");
    copy_to(end + 1);
  }

  void dollar() {
    const char next = at(at_ + 1);
    if (next == '\\') return give_up("a line continuation inside a word");
    if (next == '\'' && !quoted()) return give_up("$'...'");
    if (next == '(') return at(at_ + 2) == '(' ? give_up("an arithmetic expression") : enter('(', 2);
    if (next != '{') return copy(1);
    const std::size_t end = cmd_.find_first_of("}'\"\\`${", at_ + 2);
    if (end == std::string_view::npos || cmd_[end] != '}') return give_up("a ${...} with more than a name in it");
    copy_to(end + 1);
  }

  void brace() {
    if (const Parameter* parameter = placeholder_at(at_)) {
      const std::string value = "${" + parameter->variable + "-}";  // "-": also under `set -u`
      out_ += quoted() ? value : "\"" + value + "\"";
      at_ += parameter->name.size() + 2;
      return;
    }
    refuse_unknown();
    copy(1);
  }

  const Parameter* placeholder_at(std::size_t place) const {
    const auto found = std::ranges::find_if(parameters_, [&](const Parameter& parameter) {
      return cmd_.substr(place + 1).starts_with(parameter.name + "}");
    });
    return at(place) == '{' && found != parameters_.end() ? &*found : nullptr;
  }

  /// A whole word {name} that is no parameter's is a slip; curl's %{name} and git's
  /// HEAD@{name} are not.
  void refuse_unknown() {
    std::size_t end = at_ + 1;
    while (is_name_char(at(end))) ++end;
    const std::string_view name = cmd_.substr(at_ + 1, end - at_ - 1);
    if (name.empty() || (name[0] >= '0' && name[0] <= '9') || at(end) != '}') return;
    const char before = at_ == 0 ? ' ' : cmd_[at_ - 1], after = end + 1 < cmd_.size() ? cmd_[end + 1] : ' ';
    const bool is_word = quoted() ? before == '"' && after == '"' : is_one_of(before, " \t\n=") && is_one_of(after, " \t\n;&|)");
    if (!is_word) return;
    std::string known;
    for (const Parameter& parameter : parameters_) known += (known.empty() ? "" : ", ") + parameter.name;
    problem_ = "{" + std::string(name) + "} names no parameter; " + (known.empty() ? "none is declared" : "declared are " + known) +
               ". Write \\{" + std::string(name) + "} for the text itself";
  }

  void refuse_placeholders(std::size_t from, std::size_t to, const std::string& why, const std::string& rest = "") {
    for (std::size_t place = from; place < to && problem_.empty(); ++place) {
      const Parameter* parameter = placeholder_at(place);
      if (parameter == nullptr) continue;
      problem_ = "{" + parameter->name + "} " + why + (rest.empty() ? parameter->variable + "\"" : parameter->name + rest);
    }
  }

  void give_up(const std::string& what) {
    refuse_placeholders(at_, cmd_.size(), "stands in or after " + what + ", where a placeholder cannot be told to be one word; write \"$");
    copy_to(cmd_.size());
  }

  std::string_view cmd_;
  const std::vector<Parameter>& parameters_;
  std::size_t at_ = 0;
  std::string nested_;  ///< '"' and '(' that are open, the innermost last.
  std::string out_;
  std::string problem_;
};

}  // namespace

Result<std::string> fill_placeholders(std::string_view cmd, const std::vector<Parameter>& parameters) {
  return Filler(cmd, parameters).fill();
}

}  // namespace run_command
