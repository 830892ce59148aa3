#include "cli/timeline.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace collet::cli {
namespace {

constexpr std::string_view kMargin = "     ";
constexpr std::size_t kPartialBytesMax = 4096;

std::string counted(std::int64_t number, std::string_view one) {
  return std::to_string(number) + " " + std::string(one) + (number == 1 ? "" : "s");
}

}  // namespace

std::string Timeline::on_event(const Value& data, std::int64_t now_ms) {
  const std::string_view object = data["object"].string_or("");
  if (object == "chat.completion") return on_turn(data, now_ms);
  if (object == "tool.completion") return on_result(data, now_ms);
  if (object == "tool.event") return on_tool_event(data, now_ms);
  if (object == "agent.error" || data["error"].is_object()) return on_error(data);
  return "";
}

std::string Timeline::on_turn(const Value& data, std::int64_t now_ms) {
  const Value choice = data["choices"].at(0);
  const Value calls = choice["message"]["tool_calls"];
  const std::string content = visible(base::trim(choice["message"]["content"].string_or("")));
  model_ = visible(data["model"].string_or(""));
  ++turns_;
  const std::string title = calls.size() > 0 ? "[turn " + std::to_string(turns_) + "]" : "[answer]";
  std::string out = turns_ > 1 ? "\n" : "";
  out += options_.paint(Style::bold, title) + " " +
         options_.paint(Style::dim, duration_text(now_ms - phase_started_ms_) + usage_text(data["usage"])) + "\n";
  phase_started_ms_ = now_ms;
  if (calls.size() == 0) {
    answer_ = content;
    if (!content.empty()) out += content + "\n";
    if (choice["finish_reason"].string_or("") == "length") out += options_.paint(Style::yellow, "(cut off by the token limit)") + "\n";
    return out;
  }
  if (!content.empty()) out += block(content, "  ", Style::plain, options_.output_lines_max);
  for (std::size_t i = 0; i < calls.size(); ++i) {
    Call& call = open_[std::string(calls.at(i)["id"].string_or(""))];
    call.name = visible(calls.at(i)["function"]["name"].string_or("?"));
    call.started_ms = now_ms;
    ++calls_;
    out += call_text(calls.at(i)["function"]);
  }
  return out;
}

std::string Timeline::usage_text(const Value& usage) {
  const auto prompt = usage["prompt_tokens"].as_int64();
  const auto completion = usage["completion_tokens"].as_int64();
  if (!prompt && !completion) return "";
  prompt_tokens_ += prompt.value_or(0);
  completion_tokens_ += completion.value_or(0);
  return ", " + std::to_string(prompt.value_or(0)) + " + " + std::to_string(completion.value_or(0)) + " tokens";
}

std::string Timeline::call_text(const Value& function) {
  const std::string arrow = options_.unicode ? "▸" : "->";
  return "  " + options_.paint(Style::cyan, arrow + " " + visible(function["name"].string_or("?"))) + "\n" +
         arguments_text(function["arguments"].string_or(""));
}

// A lone text argument needs no name: it is the code, the query, the URL.
std::string Timeline::arguments_text(std::string_view arguments) const {
  const std::string margin = std::string(kMargin) + (options_.unicode ? "│ " : "| ");
  const auto parsed = Value::parse(arguments);
  if (!parsed || !parsed->is_object()) return block(visible(arguments), margin, Style::dim, options_.code_lines_max);
  std::string out;
  for (std::size_t i = 0; i < parsed->size(); ++i) {
    const Value value = parsed->member_at(i);
    const std::string text = visible(value.is_string() ? std::string(value.string_or("")) : value.dump());
    const std::string name = visible(parsed->key_at(i));
    const bool alone = parsed->size() == 1 && value.is_string();
    const bool is_block = text.find('\n') != std::string::npos;
    if (!alone && !is_block) {
      out += std::string(kMargin) + name + ": " + options_.paint(Style::dim, base::shorten(text, options_.line_bytes_max)) + "\n";
      continue;
    }
    if (!alone) out += std::string(kMargin) + name + ":\n";
    out += block(text, margin, Style::dim, options_.code_lines_max);
  }
  return out;
}

std::string Timeline::on_tool_event(const Value& data, std::int64_t now_ms) {
  const std::string_view kind = data["kind"].string_or("");
  const auto entry = open_.find(std::string(data["tool_call_id"].string_or("")));
  if (entry == open_.end()) return "";
  Call& call = entry->second;
  if (kind == "started") call.started_ms = now_ms;
  else if (kind == "finished") call.elapsed_ms = data["elapsed_ms"].as_int64().value_or(-1);
  else if (kind == "denied") call.denied = true;
  else if (kind == "output") return live_text(call, data["text"].string_or(""), data["stream"].string_or("") == "stderr");
  else if (kind == "progress") {
    const std::string text = visible(base::trim(data["text"].string_or("")));
    if (text.empty() || text == call.last_progress) return "";
    call.last_progress = text;
    return std::string(kMargin) + options_.paint(Style::dim, base::shorten(text, options_.line_bytes_max)) + "\n";
  }
  return "";
}

std::string Timeline::live_text(Call& call, std::string_view piece, bool is_stderr) {
  std::string out;
  if (is_stderr != call.partial_is_stderr && !call.partial.empty()) out += live_line(call, std::exchange(call.partial, ""));
  call.partial_is_stderr = is_stderr;
  call.partial += piece;
  std::size_t from = 0;
  for (std::size_t end; (end = call.partial.find('\n', from)) != std::string::npos; from = end + 1) {
    out += live_line(call, std::string_view(call.partial).substr(from, end - from));
  }
  call.partial.erase(0, from);
  if (call.partial.size() > kPartialBytesMax) {
    out += live_line(call, call.partial);
    call.partial.clear();
  }
  return out;
}

std::string Timeline::live_line(Call& call, std::string_view line) {
  if (++call.live_lines > options_.output_lines_max) return "";
  std::string out(kMargin);
  if (open_.size() > 1) out += options_.paint(Style::cyan, call.name) + " ";
  const Style style = call.partial_is_stderr ? Style::red : Style::plain;
  return out + options_.paint(style, base::shorten(visible(line), options_.line_bytes_max)) + "\n";
}

std::string Timeline::on_result(const Value& data, std::int64_t now_ms) {
  const Value message = data["choices"].at(0)["message"];
  const auto entry = open_.find(std::string(message["tool_call_id"].string_or("")));
  Call call;
  if (entry != open_.end()) call = entry->second;
  if (call.name.empty()) call.name = visible(message["name"].string_or("?"));
  std::string out;
  if (!call.partial.empty()) out += live_line(call, std::exchange(call.partial, ""));
  if (call.live_lines > options_.output_lines_max) {
    out += std::string(kMargin) + options_.paint(Style::dim, "(" + counted(static_cast<std::int64_t>(call.live_lines - options_.output_lines_max), "more line") + ")") + "\n";
  }
  const ResultView view = view_completion(message["content"].string_or(""));
  if (view.is_error) ++failed_calls_;
  out += verdict(call, view, call.elapsed_ms >= 0 ? call.elapsed_ms : now_ms - call.started_ms);
  out += result_text(call, view);
  if (entry != open_.end()) open_.erase(entry);
  if (open_.empty()) phase_started_ms_ = now_ms;
  return out;
}

std::string Timeline::verdict(const Call& call, const ResultView& view, std::int64_t elapsed_ms) const {
  const bool good = !view.is_error && view.status.empty() && view.returncode.value_or(0) == 0;
  const std::string mark = options_.unicode ? (good ? "✓" : "✗") : "<-";
  std::string word = good ? "ok" : call.denied ? "denied" : "failed";
  if (!view.status.empty()) word = view.status;
  std::string out = "  " + options_.paint(good ? Style::green : Style::red, mark + " " + call.name + ": " + visible(word));
  out += options_.paint(Style::dim, ", " + duration_text(elapsed_ms));
  if (view.returncode) out += options_.paint(Style::dim, ", returncode " + std::to_string(*view.returncode));
  return out + "\n";
}

std::string Timeline::result_text(const Call& call, const ResultView& view) const {
  const std::size_t lines_max = options_.output_lines_max;
  std::string out;
  // What was shown live is not shown again.
  if (call.live_lines == 0) {
    out += block(visible(view.stdout_text), kMargin, Style::plain, lines_max);
    out += block(visible(view.stderr_text), kMargin, Style::red, lines_max);
  }
  const bool value_only = view.returncode.has_value() && !view.text.empty();
  if (value_only) out += block("= " + visible(view.text), kMargin, Style::plain, lines_max);
  else out += block(visible(view.text), kMargin, view.is_error ? Style::red : Style::plain, lines_max);
  return out;
}

std::string Timeline::on_error(const Value& data) {
  failed_ = true;
  const std::string message = visible(data["message"].string_or(data["error"]["message"].string_or("the run failed")));
  return (turns_ > 0 ? "\n" : "") + options_.paint(Style::red, "error:") + " " + message + "\n";
}

std::string Timeline::block(std::string_view text, std::string_view margin, Style style, std::size_t lines_max) const {
  while (text.ends_with('\n')) text.remove_suffix(1);
  if (text.empty()) return "";
  std::string out;
  const auto lines = base::split(text, '\n');
  for (std::size_t i = 0; i < std::min(lines.size(), lines_max); ++i) {
    out.append(margin).append(options_.paint(style, base::shorten(lines[i], options_.line_bytes_max))) += '\n';
  }
  if (lines.size() > lines_max) {
    out.append(margin).append(options_.paint(Style::dim, "(" + counted(static_cast<std::int64_t>(lines.size() - lines_max), "more line") + ")")) += '\n';
  }
  return out;
}

std::string Timeline::waiting(std::int64_t now_ms) const {
  if (open_.empty()) return "thinking " + duration_text(now_ms - phase_started_ms_);
  std::string names;
  std::int64_t since = now_ms;
  for (const auto& [id, call] : open_) {
    names += (names.empty() ? "" : ", ") + call.name;
    since = std::min(since, call.started_ms);
  }
  return "running " + names + " " + duration_text(now_ms - since);
}

std::string Timeline::end(std::int64_t now_ms) {
  std::string out = std::string(failed_ ? "failed" : "done") + " in " + duration_text(now_ms) + ": " + counted(turns_, "turn") +
                    ", " + counted(calls_, "tool call");
  if (failed_calls_ > 0) out += " (" + std::to_string(failed_calls_) + " failed)";
  if (prompt_tokens_ + completion_tokens_ > 0) {
    out += ", " + std::to_string(prompt_tokens_) + " + " + std::to_string(completion_tokens_) + " tokens";
  }
  if (!model_.empty()) out += ", model " + model_;
  return "\n" + options_.paint(Style::dim, out) + "\n";
}

}  // namespace collet::cli
