// What lasts as long as one agent run.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "collet/result.hpp"

namespace collet::base {

/// Whoever makes something for a run leaves it here; it goes with the run, or with the
/// last of its calls. [any-thread]
class RunScope {
 public:
  explicit RunScope(std::string model_id = {}) : model(std::move(model_id)) {}

  const std::string model;  ///< Id of the run's own; "": none.

  /// What was left under `key`; else what `make` gives, which is left there.
  /// @param make quick: others wait meanwhile.
  template <class T>
  [[nodiscard]] Result<std::shared_ptr<T>> find_or_make(const std::string& key, const std::function<Result<std::shared_ptr<T>>()>& make) {
    const std::lock_guard lock(mutex_);
    auto& left = left_[key];
    if (left) return std::static_pointer_cast<T>(left);
    auto made = make();
    if (made) left = *made;
    return made;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<void>> left_;
};

}  // namespace collet::base
