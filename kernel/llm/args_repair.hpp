// Tool arguments that are almost JSON.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace collet::llm {

/// The JSON text of an object that `text` was meant to be. Text that is one already
/// comes back as it is, nothing at all means `{}`. Mended are: code fences and words
/// around the object, an object inside a JSON string, single, triple or missing
/// quotes, quotes and line breaks inside strings, Python's True/False/None, commas
/// too many or missing, comments, brackets that were never closed.
/// Empty when there is nothing to mend, or beyond 1 MiB or 64 levels.
[[nodiscard]] std::optional<std::string> repair_arguments(std::string_view text);

}  // namespace collet::llm
