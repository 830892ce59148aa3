// json_equal.cpp - when two documents mean the same.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <vector>

#include "json_node.hpp"

namespace collet {

namespace {

using Pending = std::vector<std::pair<const Node*, const Node*>>;

/// An integer node against a double.
bool equals_real(const Node& integer, double real) {
  if (real != std::trunc(real)) return false;
  if (integer.IsInt64()) {
    return real >= -0x1p63 && real < 0x1p63 && static_cast<std::int64_t>(real) == integer.GetInt64();
  }
  return real >= 0 && real < 0x1p64 && static_cast<std::uint64_t>(real) == integer.GetUint64();
}

std::vector<const Node::Member*> sorted_members(const Node& object) {
  std::vector<const Node::Member*> members;
  members.reserve(object.MemberCount());
  for (auto member = object.MemberBegin(); member != object.MemberEnd(); ++member) members.push_back(&*member);
  std::sort(members.begin(), members.end(),
            [](auto* a, auto* b) { return text_of(a->name) < text_of(b->name); });
  return members;
}

/// Pairs up the members; false when the keys differ.
bool pair_members(const Node& a, const Node& b, Pending& pending) {
  if (a.MemberCount() != b.MemberCount()) return false;
  const auto left = sorted_members(a);
  const auto right = sorted_members(b);
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (text_of(left[i]->name) != text_of(right[i]->name)) return false;
    pending.emplace_back(&left[i]->value, &right[i]->value);
  }
  return true;
}

bool pair_entries(const Node& a, const Node& b, Pending& pending) {
  if (a.Size() != b.Size()) return false;
  for (rapid::SizeType i = 0; i < a.Size(); ++i) pending.emplace_back(&a.Begin()[i], &b.Begin()[i]);
  return true;
}

}  // namespace

bool equal_numbers(const Node& a, const Node& b) {
  if (a.IsDouble() && b.IsDouble()) return a.GetDouble() == b.GetDouble();
  if (a.IsDouble()) return equals_real(b, a.GetDouble());
  if (b.IsDouble()) return equals_real(a, b.GetDouble());
  if (a.IsInt64() != b.IsInt64()) return false;  // one is above the int64 range
  return a.IsInt64() ? a.GetInt64() == b.GetInt64() : a.GetUint64() == b.GetUint64();
}

bool equal(const Node& first, const Node& second) {
  Pending pending{{&first, &second}};
  while (!pending.empty()) {
    const auto [a, b] = pending.back();
    pending.pop_back();
    if (a == b) continue;
    if (a->GetType() != b->GetType()) return false;
    bool same = true;
    if (a->IsObject()) {
      same = pair_members(*a, *b, pending);
    } else if (a->IsArray()) {
      same = pair_entries(*a, *b, pending);
    } else if (a->IsString()) {
      same = text_of(*a) == text_of(*b);
    } else if (a->IsNumber()) {
      same = equal_numbers(*a, *b);
    }
    if (!same) return false;
  }
  return true;
}

}  // namespace collet
