// Metrics of pgvector, and a vector as text.
#pragma once

#include <string>
#include <string_view>

#include "collet/json.hpp"
#include "collet/result.hpp"

namespace postgres {

struct Metric {
  std::string_view name;
  std::string_view operation;   ///< The operator.
  std::string_view class_part;  ///< Of the names of its operator classes.
  bool for_bits;
};

/// @param wanted a metric's name, or "": what the index was made for, else cosine or hamming.
/// @error invalid: the type cannot be compared so.
[[nodiscard]] collet::Result<Metric> choose_metric(std::string_view wanted, std::string_view type, std::string_view index_class);

/// `numbers`, an array, as a value of `type`. @error invalid: the place and the value.
[[nodiscard]] collet::Result<std::string> vector_text(const collet::Value& numbers, std::string_view type);

}  // namespace postgres
