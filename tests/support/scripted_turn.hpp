// What the scripted model server answers: scenarios, and their bytes on the wire.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collet/json.hpp"
#include "collet/result.hpp"

namespace collet::testing {

/// One answer, as a scenario writes it. Members of the JSON form have these names.
struct ScriptedTurn {
  std::string content;
  std::string reasoning;           ///< Sent as reasoning_content.
  std::vector<std::pair<std::string, std::string>> tool_calls;  ///< name, arguments text
  std::string finish_reason;       ///< "": stop, or tool_calls.
  Value usage;                     ///< null: 10 / 5 / 15.
  int delay_ms = 0;                ///< Before the head.
  int chunk_delay_ms = 0;          ///< Between two pieces of the stream.
  int chunks = 1;                  ///< Pieces the content is cut into.
  int status = 200;                ///< Else `body` or an error object is sent.
  std::string body;                ///< Sent as it is.
  std::vector<std::pair<std::string, std::string>> headers;
  std::int64_t drop_after_bytes = -1;  ///< Of the body; then the connection closes.
  bool malformed = false;          ///< JSON that breaks off.
  bool echo = false;               ///< The last message's text follows `content`.
  Value stream_error;              ///< An `error` object after the content, then the end.
  Value expect;                    ///< What the request must hold; see check_expectations().
};

using Scenarios = std::map<std::string, std::vector<ScriptedTurn>, std::less<>>;

/// {"models": {"name": {"turns": [{...}]}}}. Unknown members are errors, so that a
/// typing mistake fails the test that made it.
[[nodiscard]] Result<Scenarios> parse_scenarios(std::string_view text);

/// An answer ready to be written. Without delays it is one piece.
struct WireAnswer {
  std::vector<std::string> pieces;  ///< The first begins with the head.
  int delay_ms = 0;
  int chunk_delay_ms = 0;
  bool close = false;  ///< Drop the connection after the last piece.
};
[[nodiscard]] WireAnswer render_whole(const ScriptedTurn& turn, std::string_view model, std::size_t turn_index);
[[nodiscard]] WireAnswer render_stream(const ScriptedTurn& turn, std::string_view model, std::size_t turn_index);
[[nodiscard]] WireAnswer render_json(int status, std::string_view body,
                                     const std::vector<std::pair<std::string, std::string>>& headers = {});

/// How many assistant messages follow the last user message; one right after a tool's
/// result holds its pictures and does not count as the user's.
[[nodiscard]] std::size_t turn_index_of(const Value& request);
/// `expect`: {"contains": [text], "lacks": [text], "tools": [name], "members":
/// {pointer: value}, "headers": {name: value}}. "" when all of it holds.
[[nodiscard]] std::string check_expectations(const Value& expect, std::string_view body, const Value& request,
                                             const std::vector<std::pair<std::string, std::string>>& headers);
/// The text of the last message, to echo.
[[nodiscard]] std::string last_text(const Value& request);
/// The answer to POST /v1/embeddings: vectors that only depend on the text.
[[nodiscard]] std::string embeddings_body(const Value& request);

}  // namespace collet::testing
