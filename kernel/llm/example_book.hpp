// Examples that a model wrote for tools that bring none, kept for all its providers.
#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "llm/provider.hpp"

namespace collet::llm {

/// One per model: each I/O thread has providers of its own, and writing an example
/// takes the model seconds. [any-thread]
class ExampleBook {
 public:
  /// @param tool its line and its schema: a tool that changes is another one.
  [[nodiscard]] std::optional<Example> find(const std::string& tool) const {
    const std::lock_guard lock(mutex_);
    const auto entry = examples_.find(tool);
    return entry == examples_.end() ? std::nullopt : std::optional(entry->second);
  }
  /// The first one for a tool stays; beyond kEntriesMax none is kept.
  void add(const std::string& tool, Example example) {
    const std::lock_guard lock(mutex_);
    if (examples_.size() < kEntriesMax) examples_.emplace(tool, std::move(example));
  }

 private:
  static constexpr std::size_t kEntriesMax = 256;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Example> examples_;
};

}  // namespace collet::llm
