// A document in few words, by a model; only where the caller allows one.
#pragma once

#include <string>
#include <string_view>

#include "collet/call.hpp"
#include "collet/result.hpp"
#include "document.hpp"
#include "request.hpp"

namespace doc_reader {

/// Whether tool_params let this tool ask a model.
[[nodiscard]] bool allows_summary(const collet::Value& tool_params);

/// As much of the document as fits from the request's cursor on, summarized. Waits for the model.
/// @error what the model says; denied without tool_params.summary; invalid: the cursor.
[[nodiscard]] collet::Result<std::string> summary_of(const collet::Call& call, const Request& request, const Document& document,
                                                     std::string_view origin, const Limits& limits);

}  // namespace doc_reader
