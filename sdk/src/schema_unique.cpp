// schema_unique.cpp - equal entries of an array, without comparing each with each.
// SPDX-License-Identifier: Apache-2.0
#include "schema_unique.hpp"

#include <algorithm>
#include <functional>
#include <vector>

namespace collet::schema {

namespace {

// Deeper parts do not enter the hash: it bounds the recursion, and entries that
// differ only there are told apart by comparison.
constexpr int kHashedLevels = 6;

struct Hashed {
  std::uint64_t hash;
  std::size_t index;
  std::uint64_t nodes;
};

std::uint64_t mixed(std::uint64_t hash) {
  hash ^= hash >> 31;
  hash *= 0x9E3779B97F4A7C15u;
  return hash ^ (hash >> 29);
}

std::uint64_t hash_of(const Value& value, int levels, std::uint64_t& nodes) {
  ++nodes;
  const auto kind = static_cast<std::uint64_t>(value.kind());
  std::uint64_t hash = mixed(kind + 1);
  if (const auto number = value.as_double()) return hash + std::hash<double>()(*number);
  if (const auto text = value.as_string()) return hash + std::hash<std::string_view>()(*text);
  if (const auto boolean = value.as_bool()) return hash + (*boolean ? 2 : 1);
  if (levels == 0) return hash + value.size();
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value.is_array()) {
      hash = mixed(hash + hash_of(value.at(i), levels - 1, nodes));
    } else {
      // Members are summed up: their order does not matter.
      const std::uint64_t key = std::hash<std::string_view>()(value.key_at(i));
      hash += mixed(key * 3 + hash_of(value.member_at(i), levels - 1, nodes));
    }
  }
  return hash;
}

}  // namespace

std::optional<std::pair<std::size_t, std::size_t>> find_equal_entries(
    const Value& array, const std::function<bool(std::uint64_t)>& spend) {
  std::vector<Hashed> entries;
  entries.reserve(array.size());
  for (std::size_t i = 0; i < array.size(); ++i) {
    std::uint64_t nodes = 0;
    const std::uint64_t hash = hash_of(array.at(i), kHashedLevels, nodes);
    entries.push_back({hash, i, nodes});
    if (!spend(1 + nodes / 4)) return std::nullopt;
  }
  std::sort(entries.begin(), entries.end(),
            [](const Hashed& a, const Hashed& b) { return std::pair(a.hash, a.index) < std::pair(b.hash, b.index); });
  for (std::size_t i = 0; i < entries.size(); ++i) {
    for (std::size_t k = i + 1; k < entries.size() && entries[k].hash == entries[i].hash; ++k) {
      if (!spend(1 + entries[i].nodes)) return std::nullopt;
      if (array.at(entries[i].index) == array.at(entries[k].index)) return std::pair(entries[i].index, entries[k].index);
    }
  }
  return std::nullopt;
}

}  // namespace collet::schema
