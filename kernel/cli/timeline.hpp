// An agent run as a person wants to see it: stream events in, text out.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cli/console.hpp"
#include "cli/result_view.hpp"
#include "collet/json.hpp"

namespace collet::cli {

struct TimelineOptions {
  Paint paint;
  bool unicode = false;
  std::size_t code_lines_max = 200;
  std::size_t output_lines_max = 40;
  std::size_t line_bytes_max = 400;
};

/// Pure: no clock, no output. Times are milliseconds since the request was sent.
class Timeline {
 public:
  explicit Timeline(TimelineOptions options) : options_(options) {}

  /// @param data of one event of the stream, parsed.
  /// @return whole lines to print; "" for an event that shows nothing.
  [[nodiscard]] std::string on_event(const Value& data, std::int64_t now_ms);
  /// The closing line.
  [[nodiscard]] std::string end(std::int64_t now_ms);
  /// What the run waits for: "thinking 2.1 s".
  [[nodiscard]] std::string waiting(std::int64_t now_ms) const;

  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] const std::string& answer() const { return answer_; }

 private:
  struct Call {
    std::string name;
    std::int64_t started_ms = 0;
    std::int64_t elapsed_ms = -1;  ///< As the server measured it.
    std::string partial;           ///< Live output without its line end.
    bool partial_is_stderr = false;
    std::string last_progress;
    std::size_t live_lines = 0;
    bool denied = false;
  };

  std::string on_turn(const Value& data, std::int64_t now_ms);
  std::string on_tool_event(const Value& data, std::int64_t now_ms);
  std::string on_result(const Value& data, std::int64_t now_ms);
  std::string on_error(const Value& data);
  std::string call_text(const Value& function);
  std::string arguments_text(std::string_view arguments) const;
  std::string live_text(Call& call, std::string_view piece, bool is_stderr);
  std::string live_line(Call& call, std::string_view line);
  std::string result_text(const Call& call, const ResultView& view) const;
  std::string verdict(const Call& call, const ResultView& view, std::int64_t elapsed_ms) const;
  std::string block(std::string_view text, std::string_view margin, Style style, std::size_t lines_max) const;
  std::string usage_text(const Value& usage);

  TimelineOptions options_;
  std::map<std::string, Call> open_;  ///< By call id.
  std::int64_t phase_started_ms_ = 0;
  int turns_ = 0;
  int calls_ = 0;
  int failed_calls_ = 0;
  std::int64_t prompt_tokens_ = 0;
  std::int64_t completion_tokens_ = 0;
  std::string answer_;
  std::string model_;
  bool failed_ = false;
};

}  // namespace collet::cli
