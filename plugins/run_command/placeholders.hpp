// {name} in a command, without quoting anything.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "command.hpp"

namespace run_command {

/// Puts a reference to the argument's variable in the place of each `{name}`, so
/// that the shell hands the value on as one word, or one part of a word, and never
/// reads it: no text of a model becomes part of a script.
///
///   cp {from} /tmp     cp "${COLLET_ARG_FROM-}" /tmp
///   echo "to {from}"   echo "to ${COLLET_ARG_FROM-}"
///   --out={from}       --out="${COLLET_ARG_FROM-}"
///
/// Only names of `parameters` count; `${VAR}`, `{a,b}` and awk '{print $1}' stay as
/// they are, and so does `\{name}`. @error invalid: a placeholder stands where it
/// could not be a word (single quotes, ${...}, arithmetic, here-documents), or
/// where only a whole shell could tell; or a word is `{other}` alone and names no
/// parameter.
[[nodiscard]] collet::Result<std::string> fill_placeholders(std::string_view cmd, const std::vector<Parameter>& parameters);

}  // namespace run_command
