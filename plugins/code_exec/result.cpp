#include "result.hpp"

#include <charconv>
#include <string>

namespace code_exec {

using collet::ExecResult;
using collet::ExecValue;

namespace {

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// Without the beginning of a character that was cut off at the end.
std::string_view without_cut_character(std::string_view text) {
  std::size_t start = text.size();
  while (start > 0 && text.size() - start < 4 && is_continuation(text[start - 1])) --start;
  if (start == 0) return text;
  const auto lead = static_cast<unsigned char>(text[start - 1]);
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 1;
  return text.size() - (start - 1) < length ? text.substr(0, start - 1) : text;
}

/// The value of a last expression, which comes as "LENGTH\nTEXT" with a text that
/// may be shorter than said. Whatever else the program has written there is shown
/// as it is.
ExecValue value_of(std::string_view captured) {
  std::uint64_t length = 0;
  const char* end = captured.data() + captured.size();
  const auto [stop, error] = std::from_chars(captured.data(), end, length);
  if (error != std::errc() || stop == end || *stop != '\n') return {std::string(captured), false};
  std::string_view text = captured.substr(static_cast<std::size_t>(stop + 1 - captured.data()));
  if (text.size() >= length) return {std::string(text), false};
  text = without_cut_character(text);
  return {std::string(text) + "\n[" + std::to_string(length - text.size()) + " bytes omitted]\n", true};
}

}  // namespace

Report report_of(const ExecResult& run, const collet::Members& more) { return collet::exec_report(run, value_of(run.captured), more); }

std::optional<std::string> shorter_report(std::string_view report) { return collet::shorter_exec_report(report); }

}  // namespace code_exec
