#include "support/scripted_turn.hpp"

#include <algorithm>

namespace collet::testing {

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view kHead = R"("created":1760000000,"model":)";

std::string text_or_json(const Value& value) {
  if (const auto text = value.as_string()) return std::string(*text);
  return value.is_null() ? std::string() : value.dump();
}

Result<void> read_member(ScriptedTurn& turn, std::string_view key, const Value& value) {
  const auto integer = static_cast<int>(value.as_int64().value_or(0));
  if (key == "content") {
    turn.content = value.string_or("");
  } else if (key == "reasoning") {
    turn.reasoning = value.string_or("");
  } else if (key == "tool_calls") {
    for (std::size_t i = 0; i < value.size(); ++i) {
      turn.tool_calls.emplace_back(value.at(i)["name"].string_or(""), text_or_json(value.at(i)["arguments"]));
    }
  } else if (key == "finish_reason") {
    turn.finish_reason = value.string_or("");
  } else if (key == "usage") {
    turn.usage = value;
  } else if (key == "delay_ms") {
    turn.delay_ms = integer;
  } else if (key == "chunk_delay_ms") {
    turn.chunk_delay_ms = integer;
  } else if (key == "chunks") {
    turn.chunks = std::max(1, integer);
  } else if (key == "status") {
    turn.status = integer;
  } else if (key == "body") {
    turn.body = text_or_json(value);
  } else if (key == "headers") {
    for (std::size_t i = 0; i < value.size(); ++i) {
      turn.headers.emplace_back(value.key_at(i), text_or_json(value.member_at(i)));
    }
  } else if (key == "drop_after_bytes") {
    turn.drop_after_bytes = value.as_int64().value_or(-1);
  } else if (key == "malformed") {
    turn.malformed = value.as_bool().value_or(false);
  } else if (key == "echo") {
    turn.echo = value.as_bool().value_or(false);
  } else if (key == "stream_error") {
    turn.stream_error = value;
  } else if (key == "expect") {
    turn.expect = value;
  } else {
    return Error{Errc::invalid, "unknown member '" + std::string(key) + "' of a scripted turn"};
  }
  return {};
}

std::string finish_of(const ScriptedTurn& turn) {
  if (!turn.finish_reason.empty()) return turn.finish_reason;
  return turn.tool_calls.empty() ? "stop" : "tool_calls";
}

std::string usage_of(const ScriptedTurn& turn) {
  if (!turn.usage.is_null()) return turn.usage.dump();
  return R"({"prompt_tokens":10,"completion_tokens":5,"total_tokens":15})";
}

std::string id_of(std::string_view model, std::size_t turn_index) {
  return "chatcmpl-" + std::string(model) + "-" + std::to_string(turn_index);
}

void write_call(JsonWriter& out, const ScriptedTurn& turn, std::size_t turn_index, std::size_t i, bool with_index) {
  out.begin_object();
  if (with_index) out.member("index", i);
  out.member("id", "call_" + std::to_string(turn_index) + "_" + std::to_string(i)).member("type", "function");
  out.key("function").begin_object().member("name", turn.tool_calls[i].first);
  out.member("arguments", turn.tool_calls[i].second).end_object().end_object();
}

std::string head_of(int status, std::string_view type, std::string_view framing, const Pairs& headers) {
  std::string out = "HTTP/1.1 " + std::to_string(status) + (status < 400 ? " OK" : " Error") + "\r\n";
  out += "Content-Type: " + std::string(type) + "\r\n" + std::string(framing) + "\r\n";
  for (const auto& [name, value] : headers) out += name + ": " + value + "\r\n";
  return out + "\r\n";
}

std::string chunk_frame(std::string_view data) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string size;
  for (std::size_t n = data.size(); n > 0; n /= 16) size.insert(size.begin(), kDigits[n % 16]);
  return size + "\r\n" + std::string(data) + "\r\n";
}

/// Text cut into `count` parts, none inside a character.
std::vector<std::string> cut(const std::string& text, int count) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (int i = 1; i <= count && begin < text.size(); ++i) {
    std::size_t end = text.size() * static_cast<std::size_t>(i) / static_cast<std::size_t>(count);
    while (end < text.size() && (text[end] & 0xC0) == 0x80) ++end;
    if (end > begin) parts.push_back(text.substr(begin, end - begin));
    begin = std::max(begin, end);
  }
  return parts;
}

std::string error_body(int status, std::string_view message) {
  const Value error = json::object({{"code", status}, {"message", message}, {"type", "scripted_error"}});
  return json::object({{"error", error}}).dump();
}

/// The `data:` texts of a stream.
std::vector<std::string> stream_events(const ScriptedTurn& turn, std::string_view model, std::size_t turn_index) {
  const std::string open = R"({"id":)" + json::quote(id_of(model, turn_index)) +
                           R"(,"object":"chat.completion.chunk",)" + std::string(kHead) + json::quote(model);
  const auto delta = [&](const std::string& members) {
    return open + R"(,"choices":[{"index":0,"delta":{)" + members + R"(},"finish_reason":null}]})";
  };
  std::vector<std::string> events{delta(R"("role":"assistant","content":"")")};
  if (!turn.reasoning.empty()) events.push_back(delta(R"("reasoning_content":)" + json::quote(turn.reasoning)));
  for (const auto& part : cut(turn.content, turn.chunks)) events.push_back(delta(R"("content":)" + json::quote(part)));
  for (std::size_t i = 0; i < turn.tool_calls.size(); ++i) {
    JsonWriter call;
    write_call(call, turn, turn_index, i, true);
    events.push_back(delta(R"("tool_calls":[)" + call.take() + "]"));
  }
  if (!turn.stream_error.is_null()) {
    events.push_back(json::object({{"error", turn.stream_error}}).dump());
    return events;
  }
  if (turn.malformed) events.push_back(R"({"choices":[{"delta":{"content":)");
  events.push_back(open + R"(,"choices":[{"index":0,"delta":{},"finish_reason":)" + json::quote(finish_of(turn)) + "}]}");
  events.push_back(open + R"(,"choices":[],"usage":)" + usage_of(turn) + "}");
  events.emplace_back("[DONE]");
  return events;
}

std::string whole_body(const ScriptedTurn& turn, std::string_view model, std::size_t turn_index) {
  if (turn.malformed) return R"({"choices":[{"index":0,"message":{"role":)";
  JsonWriter out;
  out.begin_object().member("id", id_of(model, turn_index)).member("object", "chat.completion");
  out.member("created", 1760000000).member("model", model);
  out.key("choices").begin_array().begin_object().member("index", 0);
  out.key("message").begin_object().member("role", "assistant").member("content", turn.content);
  if (!turn.reasoning.empty()) out.member("reasoning_content", turn.reasoning);
  if (!turn.tool_calls.empty()) {
    out.key("tool_calls").begin_array();
    for (std::size_t i = 0; i < turn.tool_calls.size(); ++i) write_call(out, turn, turn_index, i, false);
    out.end_array();
  }
  out.end_object().member("finish_reason", finish_of(turn)).end_object().end_array();
  out.key("usage").raw(usage_of(turn)).end_object();
  return out.take();
}

/// Drops all that lies beyond the first bytes of the body.
void drop_tail(WireAnswer& answer, std::int64_t body_bytes_max) {
  if (body_bytes_max < 0) return;
  answer.close = true;
  const std::size_t head = answer.pieces[0].find("\r\n\r\n") + 4;
  std::size_t left = head + static_cast<std::size_t>(body_bytes_max);
  for (auto& piece : answer.pieces) {
    piece.resize(std::min(piece.size(), left));
    left -= piece.size();
  }
  std::erase_if(answer.pieces, [](const std::string& piece) { return piece.empty(); });
}

}  // namespace

Result<Scenarios> parse_scenarios(std::string_view text) {
  auto json = Value::parse(text);
  if (!json) return std::move(json).error();
  Scenarios scenarios;
  const Value models = (*json)["models"];
  for (std::size_t m = 0; m < models.size(); ++m) {
    auto& turns = scenarios[std::string(models.key_at(m))];
    const Value list = models.member_at(m)["turns"];
    for (std::size_t t = 0; t < list.size(); ++t) {
      ScriptedTurn turn;
      for (std::size_t i = 0; i < list.at(t).size(); ++i) {
        if (auto read = read_member(turn, list.at(t).key_at(i), list.at(t).member_at(i)); !read) {
          return Error{Errc::invalid, "model '" + std::string(models.key_at(m)) + "': " + read.error().message};
        }
      }
      turns.push_back(std::move(turn));
    }
    if (turns.empty()) return Error{Errc::invalid, "model '" + std::string(models.key_at(m)) + "' has no turns"};
  }
  return scenarios;
}

WireAnswer render_json(int status, std::string_view body, const Pairs& headers) {
  const std::string framing = "Content-Length: " + std::to_string(body.size());
  return WireAnswer{{head_of(status, "application/json", framing, headers) + std::string(body)}};
}

WireAnswer render_whole(const ScriptedTurn& turn, std::string_view model, std::size_t turn_index) {
  std::string body = turn.body;
  if (body.empty()) {
    body = turn.status == 200 ? whole_body(turn, model, turn_index) : error_body(turn.status, "scripted failure");
  }
  WireAnswer answer = render_json(turn.status, body, turn.headers);
  answer.delay_ms = turn.delay_ms;
  drop_tail(answer, turn.drop_after_bytes);
  return answer;
}

WireAnswer render_stream(const ScriptedTurn& turn, std::string_view model, std::size_t turn_index) {
  if (turn.status != 200 || !turn.body.empty()) return render_whole(turn, model, turn_index);
  WireAnswer answer;
  answer.delay_ms = turn.delay_ms;
  answer.chunk_delay_ms = turn.chunk_delay_ms;
  answer.pieces = {head_of(200, "text/event-stream", "Transfer-Encoding: chunked", turn.headers)};
  for (const auto& event : stream_events(turn, model, turn_index)) {
    const std::string frame = chunk_frame("data: " + event + "\n\n");
    if (turn.chunk_delay_ms > 0) {
      answer.pieces.push_back(frame);
    } else {
      answer.pieces[0] += frame;
    }
  }
  answer.pieces.back() += "0\r\n\r\n";
  drop_tail(answer, turn.drop_after_bytes);
  return answer;
}

}  // namespace collet::testing
