// json_duplicates.cpp - keys that an object names twice.
// SPDX-License-Identifier: Apache-2.0
#include "json_duplicates.hpp"

#include <algorithm>
#include <map>

namespace collet {

namespace {

// Up to here comparing each pair is faster than sorting.
constexpr std::size_t kPairwise = 12;

void deduplicate(Node& object) {
  std::map<std::string_view, rapid::SizeType> first;  // a tree: keys may be chosen to collide in a hash
  rapid::SizeType kept = 0;
  const auto members = object.MemberBegin();
  for (rapid::SizeType i = 0; i < object.MemberCount(); ++i) {
    const auto [at, is_new] = first.emplace(text_of(members[i].name), kept);
    if (!is_new) {
      members[at->second].value = members[i].value;  // moves
      continue;
    }
    if (kept != i) {
      members[kept].name = members[i].name;
      members[kept].value = members[i].value;
      // A short key lives inside its node: the map must see the new place.
      first.erase(at);
      first.emplace(text_of(members[kept].name), kept);
    }
    ++kept;
  }
  if (kept < object.MemberCount()) object.EraseMember(members + kept, object.MemberEnd());
}

}  // namespace

const std::string_view* DuplicateKeys::end_object() {
  const auto begin = keys_.begin() + static_cast<std::ptrdiff_t>(begins_.back());
  begins_.pop_back();
  const auto count = keys_.end() - begin;
  auto twice = keys_.end();
  if (count <= static_cast<std::ptrdiff_t>(kPairwise)) {
    for (auto key = begin; key != keys_.end() && twice == keys_.end(); ++key) {
      if (std::find(begin, key, *key) != key) twice = key;
    }
  } else {
    std::sort(begin, keys_.end());
    twice = std::adjacent_find(begin, keys_.end());
  }
  const bool found = twice != keys_.end();
  if (found) twice_ = *twice;
  found_any_ |= found;
  keys_.erase(begin, keys_.end());
  return found ? &twice_ : nullptr;
}

void keep_last_of_equal_keys(Node& root) {
  std::vector<Node*> pending{&root};
  while (!pending.empty()) {
    Node& node = *pending.back();
    pending.pop_back();
    if (node.IsArray()) {
      for (auto entry = node.Begin(); entry != node.End(); ++entry) pending.push_back(entry);
    } else if (node.IsObject()) {
      deduplicate(node);
      const auto members = node.MemberBegin();
      for (rapid::SizeType i = 0; i < node.MemberCount(); ++i) pending.push_back(&members[i].value);
    }
  }
}

}  // namespace collet
