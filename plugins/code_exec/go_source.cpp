#include "go_source.hpp"

#include <algorithm>
#include <span>
#include <vector>

#include "go_imports.hpp"
#include "go_tokens.hpp"

namespace code_exec {
namespace {

using Kind = GoToken::Kind;
using Tokens = std::span<const GoToken>;

/// Parts of a program without a package clause, each with the places they came from.
struct Parts {
  std::string imports;
  std::string declarations;
  std::string statements;
  bool has_main = false;
};

/// Where an opened bracket is closed, or the end.
std::size_t after_brackets(Tokens tokens, std::size_t i) {
  const int depth = tokens[i].depth;
  for (++i; i < tokens.size(); ++i) {
    if (tokens[i].depth == depth && tokens[i].kind == Kind::sign) return i + 1;
  }
  return i;
}

/// `func name(`, or a method `func (r T) name(`, not a function that is called at once.
bool is_function(Tokens tokens, std::size_t i) {
  if (tokens[i].text != "func" || i + 1 >= tokens.size()) return false;
  if (tokens[i + 1].kind == Kind::word) return true;
  const std::size_t name = tokens[i + 1].text == "(" ? after_brackets(tokens, i + 1) : tokens.size();
  return name + 1 < tokens.size() && tokens[name].kind == Kind::word && tokens[name].text != "func" && tokens[name + 1].text == "(";
}

/// Variables belong to the whole program as long as nothing has been done before them.
bool is_declaration(Tokens tokens, std::size_t i, bool after_statements) {
  const std::string_view word = tokens[i].text;
  if (word == "var") return !after_statements;
  return word == "import" || word == "type" || word == "const" || is_function(tokens, i);
}

/// Behind the end of the declaration, or of the statements up to the next declaration:
/// what stands in a `for` has ends too.
std::size_t end_of(Tokens tokens, std::size_t i, bool is_declared) {
  for (++i; i < tokens.size(); ++i) {
    if (tokens[i - 1].kind != Kind::end || tokens[i - 1].depth != 0) continue;
    if (is_declared || is_declaration(tokens, i, true)) return i;
  }
  return i;
}

/// With a directive from which the compiler knows where it stood.
std::string placed(std::string_view code, std::size_t from, std::size_t to) {
  const std::string_view before = code.substr(0, from);
  const auto line = 1 + std::ranges::count(before, '\n');
  const std::size_t column = from - (before.rfind('\n') + 1) + 1;  // npos + 1 is 0
  return "\n//line ./main.go:" + std::to_string(line) + ":" + std::to_string(column) + "\n" + std::string(code.substr(from, to - from));
}

Parts split(std::string_view code, Tokens tokens) {
  Parts parts;
  for (std::size_t i = 0; i < tokens.size();) {
    if (tokens[i].kind == Kind::end) {
      ++i;
      continue;
    }
    const bool is_declared = is_declaration(tokens, i, !parts.statements.empty());
    const std::size_t next = end_of(tokens, i, is_declared);
    const std::size_t to = next < tokens.size() ? tokens[next].at : code.size();
    std::string& part = !is_declared ? parts.statements : tokens[i].text == "import" ? parts.imports : parts.declarations;
    part += placed(code, tokens[i].at, to);
    parts.has_main = parts.has_main || (tokens[i].text == "func" && i + 1 < tokens.size() && tokens[i + 1].text == "main");
    i = next;
  }
  return parts;
}

std::string with_imports(std::string_view code, Tokens tokens, const GoImports& missing) {
  if (tokens.size() < 3 || missing.uses.empty()) return std::string(code);
  const std::size_t clause_end = tokens[1].at + tokens[1].text.size();
  return std::string(code.substr(0, clause_end)) + "; " + missing.clauses + std::string(code.substr(clause_end)) + "\n" + missing.uses;
}

std::string wrapped(std::string_view code, Tokens tokens, const GoImports& missing) {
  const std::string head = "package main; " + missing.clauses;
  const std::string uses = missing.uses.empty() ? "" : "\n" + missing.uses;
  const Parts parts = split(code, tokens);
  if (parts.has_main) return head + placed(code, 0, code.size()) + "\n" + uses;
  return head + parts.imports + parts.declarations + "\nfunc main() {" + parts.statements + "\n}\n" + uses;
}

}  // namespace

GoProgram go_program(std::string_view code) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  if (code.starts_with(kMark)) code.remove_prefix(kMark.size());
  const auto tokens = go_tokens(code);
  const GoImports missing = missing_imports(tokens);
  const bool is_whole = !tokens.empty() && tokens.front().text == "package";
  return {is_whole ? with_imports(code, tokens, missing) : wrapped(code, tokens, missing), missing.is_common};
}

}  // namespace code_exec
