#include "api/wire.hpp"

#include <vector>

#include "base/ids.hpp"
#include "llm/openai_answer.hpp"

namespace collet::api {
namespace {

void begin(JsonWriter& writer, const Envelope& envelope, std::string_view object, bool with_model) {
  writer.begin_object().member("id", envelope.id).member("object", object);
  writer.member("created", base::unix_seconds());
  if (with_model) writer.member("model", envelope.model);
  writer.member("system_fingerprint", envelope.fingerprint);
}

void write_usage(JsonWriter& writer, const llm::Usage& usage) {
  writer.key("usage").begin_object();
  writer.member("prompt_tokens", usage.prompt_tokens);
  writer.member("completion_tokens", usage.completion_tokens);
  writer.member("total_tokens", usage.total_tokens).end_object();
}

void write_tool_calls(JsonWriter& writer, const std::vector<llm::ToolCall>& calls) {
  writer.key("tool_calls").begin_array();
  for (const auto& call : calls) {
    writer.begin_object().member("id", call.id).member("type", "function");
    writer.key("function").begin_object().member("name", call.name);
    writer.member("arguments", call.arguments).end_object().end_object();
  }
  writer.end_array();
}

void write_assistant(JsonWriter& writer, const llm::ModelTurn& turn) {
  writer.begin_object().member("role", "assistant").member("content", turn.content);
  writer.key("refusal").null();
  if (!turn.reasoning.empty()) {
    writer.key("reasoning").begin_object().member("thinking", turn.reasoning).end_object();
  }
  if (!turn.tool_calls.empty()) write_tool_calls(writer, turn.tool_calls);
  writer.end_object();
}

bool is_reasoning(std::string_view key) { return key == "reasoning" || key == "reasoning_content"; }

void write_reasoning(JsonWriter& writer, const Value& message) {
  const std::string_view text = llm::reasoning_of(message);
  if (!text.empty()) writer.key("reasoning").begin_object().member("thinking", text).end_object();
}

// `refusal` is in every message of this API, and `content` is never null; most
// upstreams leave out the one or the other.
void write_adopted_message(JsonWriter& writer, const Value& message) {
  if (!message.is_object()) {
    writer.value(message);
    return;
  }
  writer.begin_object();
  for (std::size_t i = 0; i < message.size(); ++i) {
    const std::string_view key = message.key_at(i);
    const Value member = message.member_at(i);
    if (!is_reasoning(key) && (key != "content" || !member.is_null())) writer.member(key, member);
  }
  write_reasoning(writer, message);
  if (message["content"].is_null()) writer.member("content", "");
  if (!message.has("refusal")) writer.key("refusal").null();
  writer.end_object();
}

void write_adopted_choices(JsonWriter& writer, const Value& choices) {
  writer.begin_array();
  for (std::size_t i = 0; i < choices.size(); ++i) {
    const Value choice = choices.at(i);
    writer.begin_object();
    for (std::size_t m = 0; m < choice.size(); ++m) {
      writer.key(choice.key_at(m));
      if (choice.key_at(m) == "message") write_adopted_message(writer, choice.member_at(m));
      else writer.value(choice.member_at(m));
    }
    writer.end_object();
  }
  writer.end_array();
}

}  // namespace

Envelope make_envelope(std::string_view model) {
  // One fingerprint a process: it names this configuration of the server.
  static const std::string fingerprint = "heroku-inf-" + base::random_hex(6);
  return {base::make_completion_id(), std::string(model), fingerprint};
}

std::string completion_json(const Envelope& envelope, const llm::ModelTurn& turn,
                            const llm::Usage& usage, std::string_view extra) {
  JsonWriter writer;
  begin(writer, envelope, "chat.completion", true);
  writer.key("choices").begin_array().begin_object().member("index", 0).key("message");
  write_assistant(writer, turn);
  writer.member("finish_reason", turn.finish_reason).end_object().end_array();
  write_usage(writer, usage);
  std::string json = writer.end_object().take();
  if (!extra.empty()) json.insert(json.size() - 1, "," + std::string(extra));
  return json;
}

std::string tool_completion_json(const Envelope& envelope, const agent::ToolCompleted& done) {
  JsonWriter writer;
  begin(writer, envelope, "tool.completion", false);
  writer.key("choices").begin_array().begin_object().member("index", 0);
  writer.key("message").begin_object().member("role", "tool");
  writer.member("content", "Tool '" + done.name + "' returned result: " + done.result);
  writer.key("refusal").null();
  writer.member("tool_call_id", done.call_id).member("name", done.name).end_object();
  writer.member("finish_reason", "").end_object().end_array();
  writer.key("usage").begin_object().end_object();
  return writer.end_object().take();
}

std::string activity_json(const Envelope& envelope, const agent::ToolActivity& activity) {
  JsonWriter writer;
  writer.begin_object().member("id", envelope.id).member("object", "tool.event");
  writer.member("kind", activity.kind).member("tool_call_id", activity.call_id);
  writer.member("name", activity.name).member("elapsed_ms", activity.elapsed_ms);
  if (!activity.stream.empty()) writer.member("stream", activity.stream);
  if (!activity.text.empty()) writer.member("text", activity.text);
  if (activity.done > 0) writer.member("done", activity.done);
  if (activity.total > 0) writer.member("total", activity.total);
  return writer.end_object().take();
}

std::string chunk_json(const Envelope& envelope, const Value& delta) {
  JsonWriter writer;
  begin(writer, envelope, "chat.completion.chunk", true);
  writer.key("choices").begin_array().begin_object().member("index", 0);
  writer.key("delta").begin_object();
  for (std::size_t i = 0; i < delta.size(); ++i) {
    if (!is_reasoning(delta.key_at(i))) writer.member(delta.key_at(i), delta.member_at(i));
  }
  write_reasoning(writer, delta);
  writer.end_object().key("finish_reason").null();
  return writer.end_object().end_array().end_object().take();
}

std::string finish_chunk_json(const Envelope& envelope, std::string_view finish_reason,
                              const llm::Usage& usage) {
  JsonWriter writer;
  begin(writer, envelope, "chat.completion.chunk", true);
  writer.key("choices").begin_array().begin_object().member("index", 0);
  writer.key("delta").begin_object().end_object();
  writer.member("finish_reason", finish_reason).end_object().end_array();
  write_usage(writer, usage);
  return writer.end_object().take();
}

std::string usage_chunk_json(const Envelope& envelope, const llm::Usage& usage) {
  JsonWriter writer;
  begin(writer, envelope, "chat.completion.chunk", true);
  writer.key("choices").begin_array().end_array();
  write_usage(writer, usage);
  return writer.end_object().take();
}

std::string adopt_completion_json(const Envelope& envelope, const Value& raw) {
  JsonWriter writer;
  begin(writer, envelope, "chat.completion", true);
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const std::string_view key = raw.key_at(i);
    const bool ours = key == "id" || key == "object" || key == "created" || key == "model" ||
                      key == "system_fingerprint";
    if (ours) continue;
    writer.key(key);
    if (key == "choices") write_adopted_choices(writer, raw.member_at(i));
    else writer.value(raw.member_at(i));
  }
  return writer.end_object().take();
}

}  // namespace collet::api
