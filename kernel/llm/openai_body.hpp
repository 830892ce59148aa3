// Our request as the body of POST /chat/completions.
#pragma once

#include <string>

#include "llm/names.hpp"
#include "llm/provider.hpp"

namespace collet::llm {

/// Compact JSON. Members of TurnRequest::options follow ours; one that is ours
/// (model, messages, tools, tool_choice, stream, stream_options) is left out.
[[nodiscard]] std::string chat_body(const TurnRequest& request, const std::string& upstream_model, const NameMap& names,
                                    bool stream);

}  // namespace collet::llm
