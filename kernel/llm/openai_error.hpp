// Failures of an OpenAI-compatible upstream, put into our words.
#pragma once

#include <string>
#include <string_view>

#include "collet/json.hpp"
#include "collet/result.hpp"

namespace collet::llm {

/// Who failed, and what must not be told.
struct UpstreamName {
  std::string model;    ///< Our id of the model.
  std::string api_key;  ///< Taken out of every message.
};

/// 400 invalid, 401/403 denied, 404 not_found, 408 timeout, 402/429 limit, 409 and
/// 5xx unavailable, any other: invalid.
[[nodiscard]] Errc errc_of_status(int status);
/// The sentence in an error body, whichever of the usual forms it has.
[[nodiscard]] std::string error_message_of(std::string_view body);
/// @param body JSON or not; cut to a readable length.
[[nodiscard]] Error error_of_answer(const UpstreamName& upstream, int status, std::string_view body);
/// The `error` member of a chunk in a stream that began well.
[[nodiscard]] Error error_of_chunk(const UpstreamName& upstream, const Value& error);
[[nodiscard]] Error upstream_error(const UpstreamName& upstream, Errc code, std::string_view what);
/// `text` without the key, and without beginnings of it that a server may echo.
[[nodiscard]] std::string redact(std::string text, std::string_view api_key);

}  // namespace collet::llm
