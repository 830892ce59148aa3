// Something that was asked to leave this machine, and what was said to it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace collet::base {

/// One connection of a box, or one hop of a plugin's HTTP.
struct EgressDecision {
  std::string host;  ///< "" when none could be read; then port is 0.
  std::uint16_t port = 0;
  bool allowed = false;
  std::string reason;  ///< Why not; "" when allowed.

  bool operator==(const EgressDecision&) const = default;
};

/// The decisions of one call, for its audit line.
struct EgressRecord {
  static constexpr std::size_t kKeptMax = 64;
  std::vector<EgressDecision> kept;  ///< The first ones; each that repeats the one before it once.
  std::size_t left_out = 0;

  void add(const EgressDecision& decision) {
    if (!kept.empty() && kept.back() == decision) return;
    if (kept.size() < kKeptMax) kept.push_back(decision);
    else ++left_out;
  }
};

}  // namespace collet::base
