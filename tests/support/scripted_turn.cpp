#include "support/scripted_turn.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

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

std::size_t turn_index_of(const Value& request) {
  const Value messages = request["messages"];
  std::size_t count = 0;
  for (std::size_t i = messages.size(); i-- > 0;) {
    const auto role = messages.at(i)["role"].string_or("");
    if (role == "user") break;
    if (role == "assistant") ++count;
  }
  return count;
}

std::string last_text(const Value& request) {
  const Value messages = request["messages"];
  if (messages.size() == 0) return {};
  return text_or_json(messages.at(messages.size() - 1)["content"]);
}

namespace {

std::string check_tools(const Value& wanted, const Value& request) {
  std::vector<Value> offered;
  for (std::size_t i = 0; i < request["tools"].size(); ++i) {
    offered.push_back(request["tools"].at(i)["function"]["name"]);
  }
  const Value names = json::array(offered);
  return names == wanted ? "" : "expected the tools " + wanted.dump() + ", got " + names.dump();
}

std::string check_members(const Value& wanted, const Value& request) {
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto found = request.pointer(wanted.key_at(i));
    const Value value = found ? *found : Value();
    if (value == wanted.member_at(i)) continue;
    return "expected " + std::string(wanted.key_at(i)) + " = " + wanted.member_at(i).dump() + ", got " + value.dump();
  }
  return {};
}

std::string check_headers(const Value& wanted, const Pairs& headers) {
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto found = std::find_if(headers.begin(), headers.end(), [&](const auto& h) { return h.first == wanted.key_at(i); });
    if (found != headers.end() && found->second == wanted.member_at(i).string_or("")) continue;
    return "expected header " + std::string(wanted.key_at(i)) + ": " + std::string(wanted.member_at(i).string_or(""));
  }
  return {};
}

}  // namespace

std::string check_expectations(const Value& expect, std::string_view body, const Value& request, const Pairs& headers) {
  for (std::size_t i = 0; i < expect["contains"].size(); ++i) {
    const auto text = expect["contains"].at(i).string_or("");
    if (body.find(text) == std::string_view::npos) return "expected in the body: " + std::string(text);
  }
  for (std::size_t i = 0; i < expect["lacks"].size(); ++i) {
    const auto text = expect["lacks"].at(i).string_or("");
    if (body.find(text) != std::string_view::npos) return "not expected in the body: " + std::string(text);
  }
  if (expect.has("tools")) {
    if (std::string wrong = check_tools(expect["tools"], request); !wrong.empty()) return wrong;
  }
  if (std::string wrong = check_members(expect["members"], request); !wrong.empty()) return wrong;
  return check_headers(expect["headers"], headers);
}

namespace {

std::vector<float> vector_of(std::string_view text, std::size_t dimensions) {
  std::uint64_t state = 1469598103934665603ull;
  for (const char c : text) state = (state ^ static_cast<unsigned char>(c)) * 1099511628211ull;
  std::vector<float> out;
  double square = 0;
  for (std::size_t i = 0; i < dimensions; ++i) {
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    out.push_back(static_cast<float>(static_cast<std::int64_t>(state >> 33) - (1ll << 30)) / (1ll << 30));
    square += static_cast<double>(out.back()) * out.back();
  }
  for (auto& x : out) x = static_cast<float>(x / std::sqrt(square));
  return out;
}

std::string base64(const std::vector<float>& vector) {
  static constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes(vector.size() * sizeof(float), '\0');
  std::memcpy(bytes.data(), vector.data(), bytes.size());
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) group = group << 8 | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0);
    for (std::size_t k = 0; k < 4; ++k) out += k <= count ? kAlphabet[group >> (18 - 6 * k) & 63] : '=';
  }
  return out;
}

}  // namespace

std::string embeddings_body(const Value& request) {
  const Value input = request["input"];
  const auto dimensions = static_cast<std::size_t>(std::clamp<std::int64_t>(request["dimensions"].as_int64().value_or(8), 1, 4096));
  const bool as_base64 = request["encoding_format"].string_or("") == "base64";
  const std::size_t count = input.is_array() ? input.size() : 1;
  JsonWriter out;
  out.begin_object().member("object", "list").key("data").begin_array();
  std::int64_t tokens = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto text = (input.is_array() ? input.at(i) : input).string_or("");
    tokens += static_cast<std::int64_t>(text.size() / 4 + 1);
    const auto vector = vector_of(text, dimensions);
    out.begin_object().member("object", "embedding").member("index", i).key("embedding");
    if (as_base64) {
      out.string(base64(vector));
    } else {
      out.begin_array();
      for (const float x : vector) out.number(static_cast<double>(x));
      out.end_array();
    }
    out.end_object();
  }
  out.end_array().member("model", request["model"]);
  out.key("usage").begin_object().member("prompt_tokens", tokens).member("total_tokens", tokens).end_object().end_object();
  return out.take();
}

}  // namespace collet::testing
