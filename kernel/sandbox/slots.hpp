// The launcher's places for boxes, by number. Each has a host uid, cgroups and a net
// namespace of its own, so two boxes never share one.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <utility>

#include "config/settings.hpp"

namespace collet::sandbox {

/// One place, held; free for the next box when this goes.
class SlotLease {
 public:
  SlotLease(SlotLease&&) = default;
  SlotLease& operator=(SlotLease&& other) noexcept {
    give_back();
    owner_ = std::move(other.owner_);
    number_ = other.number_;
    return *this;
  }
  ~SlotLease() { give_back(); }

  [[nodiscard]] std::uint32_t number() const { return number_; }
  /// Something of the box may still be there: no other box ever gets this place.
  void condemn() { owner_.reset(); }
  [[nodiscard]] bool is_condemned() const { return owner_ == nullptr; }

 private:
  friend class Slots;
  struct State {
    std::mutex mutex;
    std::set<std::uint32_t> free;  ///< The lowest first: its cgroups and net exist already.
  };
  SlotLease(std::shared_ptr<State> owner, std::uint32_t number) : owner_(std::move(owner)), number_(number) {}
  void give_back() {
    if (const auto owner = std::exchange(owner_, nullptr)) {
      const std::lock_guard lock(owner->mutex);
      owner->free.insert(number_);
    }
  }

  std::shared_ptr<State> owner_;
  std::uint32_t number_;
};

/// Places a launcher has: those that run, those that wait and those whose files are kept have their own.
[[nodiscard]] inline std::uint32_t slot_count(const config::SandboxSettings& settings) {
  return static_cast<std::uint32_t>(std::max(1, settings.boxes_max) + std::max(0, settings.warm_boxes_max) + std::max(0, settings.sessions_max));
}

/// [any-thread]
class Slots {
 public:
  explicit Slots(std::uint32_t count) : state_(std::make_shared<SlotLease::State>()) {
    for (std::uint32_t number = 0; number < count; ++number) state_->free.insert(state_->free.end(), number);
  }
  /// Null: there is none.
  [[nodiscard]] std::shared_ptr<SlotLease> take() {
    const std::lock_guard lock(state_->mutex);
    if (state_->free.empty()) return nullptr;
    return std::make_shared<SlotLease>(SlotLease(state_, state_->free.extract(state_->free.begin()).value()));
  }

 private:
  std::shared_ptr<SlotLease::State> state_;
};

}  // namespace collet::sandbox
