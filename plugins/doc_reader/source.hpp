// Where a document comes from.
#pragma once

#include "collet/args.hpp"
#include "collet/call.hpp"
#include "kind.hpp"
#include "limits.hpp"

namespace doc_reader {

/// Exactly one of the arguments url, data (base64), blob (an id) and file (of the target
/// app). May block. @error invalid, naming the argument; not_found; limit; what the host
/// says of a request.
[[nodiscard]] collet::Result<Source> fetch_source(const collet::Call& call, const collet::Args& args, const Limits& limits);

/// Standard or URL alphabet, white space allowed, padding not needed.
/// @error invalid, saying where.
[[nodiscard]] collet::Result<std::string> decode_base64(std::string_view text);

}  // namespace doc_reader
