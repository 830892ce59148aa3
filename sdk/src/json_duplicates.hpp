// json_duplicates.hpp - keys that an object names twice.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "json_node.hpp"

namespace collet {

/// Watches the keys of nested objects while a text is parsed.
class DuplicateKeys {
 public:
  void begin_object() { begins_.push_back(keys_.size()); }
  void add(std::string_view key) { keys_.push_back(key); }
  /// A key that the innermost object had twice, or null; forgets that object.
  /// The pointer lives until the next call.
  const std::string_view* end_object();
  [[nodiscard]] bool found_any() const { return found_any_; }

 private:
  std::vector<std::string_view> keys_;   // of all open objects
  std::vector<std::size_t> begins_;      // where each open object's keys begin
  std::string_view twice_;
  bool found_any_ = false;
};

/// Leaves one member per key in every object under `root`: at the first one's
/// place, with the last one's value.
void keep_last_of_equal_keys(Node& root);

}  // namespace collet
