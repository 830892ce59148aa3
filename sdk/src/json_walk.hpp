// json_walk.hpp - a document as a row of events, without recursion.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "json_node.hpp"

namespace collet {

/// Calls `sink` for each node under `root` in written order: begin_object(),
/// key(text), end_object(count), begin_array(), end_array(count), scalar(node).
/// Depth costs heap, not stack: built values may nest as deep as they like.
template <class Sink>
void walk(const Node& root, Sink& sink) {
  struct Level {
    const Node* node;
    rapid::SizeType next;
  };
  std::vector<Level> levels;
  const auto enter = [&](const Node& node) {
    if (node.IsObject()) {
      sink.begin_object();
      levels.push_back({&node, 0});
    } else if (node.IsArray()) {
      sink.begin_array();
      levels.push_back({&node, 0});
    } else {
      sink.scalar(node);
    }
  };
  enter(root);
  while (!levels.empty()) {
    Level& level = levels.back();
    const Node& node = *level.node;
    const rapid::SizeType index = level.next++;
    if (node.IsObject()) {
      if (index == node.MemberCount()) {
        sink.end_object(index);
        levels.pop_back();
        continue;
      }
      const auto& member = node.MemberBegin()[index];
      sink.key(text_of(member.name));
      enter(member.value);
    } else if (index == node.Size()) {
      sink.end_array(index);
      levels.pop_back();
    } else {
      enter(node.Begin()[index]);
    }
  }
}

}  // namespace collet
