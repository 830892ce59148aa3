#include "error_text.hpp"

#include <algorithm>

#include "width.hpp"

namespace postgres {
namespace {

constexpr std::size_t kShownMax = 60;  // columns of the statement's line
constexpr std::size_t kBeforeMax = 40;

/// Byte offset of the 1-based character `position`.
std::size_t offset_of(std::string_view text, std::int64_t position) {
  std::size_t at = 0;
  while (at < text.size() && --position > 0) at += character_at(text, at).bytes;
  return std::min(at, text.size());
}

/// "LINE 2: SELECT x" and a caret below the place. Long lines are cut on both sides.
std::string place(std::string_view statement, std::int64_t position) {
  const std::size_t at = offset_of(statement, position);
  const std::size_t line_start = at == 0 ? 0 : statement.rfind('\n', at - 1) + 1;  // npos + 1 is 0
  const std::size_t line_end = std::min(statement.find('\n', at), statement.size());
  const auto number = std::count(statement.begin(), statement.begin() + static_cast<std::ptrdiff_t>(line_start), '\n') + 1;
  std::size_t from = line_start, to = line_end;
  while (display_width(statement.substr(from, at - from)) > kBeforeMax) from += character_at(statement, from).bytes;
  for (std::size_t shown = from; shown < to; shown += character_at(statement, shown).bytes) {
    if (shown > at && display_width(statement.substr(from, shown - from)) >= kShownMax) to = shown;
  }
  const std::string head = "LINE " + std::to_string(number) + ": " + (from > line_start ? "..." : "");
  std::string line(statement.substr(from, to - from));
  std::ranges::replace(line, '\t', ' ');
  std::ranges::replace(line, '\r', ' ');
  return head + line + (to < line_end ? "..." : "") + "\n" + std::string(head.size() + display_width(statement.substr(from, at - from)), ' ') + "^\n";
}

}  // namespace

std::string error_text(const ServerError& error, std::string_view statement) {
  std::string out = (error.severity.empty() ? "ERROR" : error.severity) + ":  " + error.message + "\n";
  if (error.position > 0) out += place(statement, error.position);
  if (!error.detail.empty()) out += "DETAIL:  " + error.detail + "\n";
  if (!error.hint.empty()) out += "HINT:  " + error.hint + "\n";
  if (!error.context.empty()) out += "CONTEXT:  " + error.context + "\n";
  const bool is_several = error.code == "42601" && error.message.find("multiple commands") != std::string::npos;
  if (is_several) out += "The query holds several statements; send one statement for each call.\n";
  return out;
}

}  // namespace postgres
