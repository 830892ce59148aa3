// What the grammars of the embedded runtime need beyond the JSON Schema.
#pragma once

#include "collet/json.hpp"

namespace collet::llm {

/// Request options whose `response_format` holds a JSON schema, with a pattern for
/// each string that has no further rule: only \" \\ \/ \n \r \t as escapes.
///
/// The runtime lets a model pick among the characters that JSON allows. One that
/// writes a regular expression in code begins with a lone backslash for "\d", finds
/// that only b, f, n, r, t and u may follow, takes "\b" and does so for ever. With \b
/// and \u gone the likeliest next character is the second backslash.
///
/// The runtime reads a pattern as one of the JSON text, not of the value in it; that
/// is why this is not for other servers.
[[nodiscard]] Value with_plain_escapes(const Value& options);

/// Request options that balance the plans of the model that Collet ships.
///
/// Left alone it plans nothing too often and adds steps that nobody asked for, both by
/// a narrow margin. Over 125 requests (tests/model) the log-odds of an empty plan were
/// -10 to 1.5 where a tool was wanted and 1.0 to 4.3 where none was; those of an end
/// after a step 5 to -3.6 where it was due and -4.0 to -12 where another step was.
/// The biases lie between. They name tokens by text, which only this runtime takes.
[[nodiscard]] Value plan_balance();

}  // namespace collet::llm
