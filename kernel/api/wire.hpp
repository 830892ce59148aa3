// Events and turns in the JSON of the wire.
#pragma once

#include <string>
#include <string_view>

#include "agent/event.hpp"
#include "collet/json.hpp"
#include "llm/provider.hpp"

namespace collet::api {

/// What all objects of one answer have in common.
struct Envelope {
  std::string id;           ///< chatcmpl-...
  std::string model;        ///< As asked for.
  std::string fingerprint;  ///< heroku-inf-...
};

[[nodiscard]] Envelope make_envelope(std::string_view model);

/// object chat.completion; `extra` (may be empty) is raw members to append.
[[nodiscard]] std::string completion_json(const Envelope& envelope, const llm::ModelTurn& turn,
                                          const llm::Usage& usage, std::string_view extra = {});
/// object tool.completion.
[[nodiscard]] std::string tool_completion_json(const Envelope& envelope, const agent::ToolCompleted& done);
/// object tool.event.
[[nodiscard]] std::string activity_json(const Envelope& envelope, const agent::ToolActivity& activity);
/// object chat.completion.chunk with one delta.
/// @param delta of an upstream; its reasoning comes out as {"thinking"}.
[[nodiscard]] std::string chunk_json(const Envelope& envelope, const Value& delta);
/// The last chunk: finish_reason and usage together.
[[nodiscard]] std::string finish_chunk_json(const Envelope& envelope, std::string_view finish_reason,
                                            const llm::Usage& usage);
/// The OpenAI-style trailer: empty choices and usage.
[[nodiscard]] std::string usage_chunk_json(const Envelope& envelope, const llm::Usage& usage);
/// An upstream's own answer in our envelope: unknown members are kept.
[[nodiscard]] std::string adopt_completion_json(const Envelope& envelope, const Value& raw);

}  // namespace collet::api
