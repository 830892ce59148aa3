// Files that a program left in /out, on their way to the caller.
#pragma once

#include "collet/call.hpp"
#include "collet/json.hpp"
#include "collet/services.hpp"

namespace code_exec {

/// Puts each file where it can be fetched. What the report says of them: `artifacts`,
/// and `artifacts_skipped` with the first one's reason; nothing when there are none.
[[nodiscard]] collet::Members publish_files(collet::Call& call, const collet::ExecResult& run);

/// Pictures among them, as parts of the answer, for models that see.
void show_pictures(collet::Call& call, const collet::ExecResult& run);

/// By its first bytes, else by the ending of its name.
[[nodiscard]] std::string_view mime_of(std::string_view name, std::string_view data);

}  // namespace code_exec
