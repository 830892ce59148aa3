// Finished trees, kept for the next box with the same roots.
#pragma once

#include <cstdint>
#include <list>
#include <string>
#include <vector>

#include "sandbox/launcher/plan.hpp"

namespace collet::launcher {

/// Where trees are mounted in a mount namespace of our own: over a folder that is never a
/// root. Not over "/": who has something there counts as chrooted and may not make user
/// namespaces.
[[nodiscard]] const char* place_for_trees();

class Templates {
 public:
  /// A detached copy for one box of the tree with these roots; -1 with the failing
  /// step. Trees are built anew after a minute, so that a root that was replaced
  /// shows, and all go when there are too many.
  int copy(const std::vector<const char*>& roots, Failure& failure);

 private:
  struct Entry {
    std::string key;
    std::uint64_t made_ns = 0;
    int root = -1;
  };
  void drop_until(std::list<Entry>::iterator oldest);

  std::list<Entry> entries_;  // newest first
};

}  // namespace collet::launcher
