// Counts connections, in all and per address, and says when there are too many.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "collet/result.hpp"

namespace collet::net {

/// [any-thread]
class Census {
 public:
  Census(std::size_t connections_max, std::size_t per_address_max)
      : connections_max_(connections_max), per_address_max_(per_address_max) {}

  /// A place among the counted; given back when it is destroyed.
  class Place {
   public:
    Place(std::shared_ptr<Census> census, std::string address)
        : census_(std::move(census)), address_(std::move(address)) {}
    Place(Place&&) noexcept = default;
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (census_) census_->leave(address_);
    }

   private:
    std::shared_ptr<Census> census_;
    std::string address_;
  };

  /// @error limit: which one, and its value.
  static Result<Place> enter(const std::shared_ptr<Census>& census, const std::string& address);
  [[nodiscard]] std::size_t connections() const;

 private:
  void leave(const std::string& address);

  const std::size_t connections_max_;
  const std::size_t per_address_max_;
  mutable std::mutex mutex_;
  std::size_t connections_ = 0;
  std::map<std::string, std::size_t> per_address_;
};

}  // namespace collet::net
