// What a vector search is asked for, read from a model's arguments.
#pragma once

#include <cstdint>
#include <string>

#include "collet/args.hpp"
#include "collet/json.hpp"
#include "collet/result.hpp"

namespace postgres {

/// Small models fill in what they could leave out: null and empty values of optional
/// arguments count as absent.
struct VectorArgs {
  std::string text;       ///< "": `numbers` is searched for.
  collet::Value numbers;  ///< An array, or null.
  std::string table, column;
  std::int64_t limit = 0;
  std::string metric;     ///< "": the index's.
  collet::Value filters;  ///< An object, or null.
};

/// @error invalid: names the argument, and which one to leave out.
[[nodiscard]] collet::Result<VectorArgs> read_vector_args(const collet::Args& args);

/// query_text, or "" where a vector is searched for.
[[nodiscard]] std::string text_to_embed(const collet::Args& args);

/// A filter's value as the text of a parameter.
[[nodiscard]] std::string filter_text(const collet::Value& value);

}  // namespace postgres
