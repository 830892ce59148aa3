// json_build.cpp - new documents out of old values.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <deque>
#include <map>

#include "json_node.hpp"
#include "json_walk.hpp"
#include "utf8.hpp"

namespace collet {

namespace {

constexpr std::size_t kChunkBytes = 1024;

/// Replays a document into a builder; strings are copied.
struct CopySink {
  NodeBuilder& to;

  void begin_object() { to.StartObject(); }
  void begin_array() { to.StartArray(); }
  void end_object(rapid::SizeType count) { to.EndObject(count); }
  void end_array(rapid::SizeType count) { to.EndArray(count); }
  void key(std::string_view name) {
    to.Key(name.data() == nullptr ? "" : name.data(), static_cast<rapid::SizeType>(name.size()), true);
  }
  void scalar(const Node& node) {
    if (node.IsString()) {
      to.String(node.GetString(), node.GetStringLength(), true);
    } else if (node.IsNull()) {
      to.Null();
    } else if (node.IsBool()) {
      to.Bool(node.GetBool());
    } else if (node.IsInt64()) {
      to.Int64(node.GetInt64());
    } else if (node.IsUint64()) {
      to.Uint64(node.GetUint64());
    } else {
      to.Double(node.GetDouble());
    }
  }
  void copy(const Value& value) {
    const Node* const node = ValueAccess::node(value);
    if (node == nullptr) {
      to.Null();
    } else {
      walk(*node, *this);
    }
  }
};

/// Runs `fill` on the events of a new document.
template <class Fill>
Value build(Fill fill) {
  auto holder = std::make_shared<Holder>(kChunkBytes);
  NodeBuilder builder(&holder->pool);
  auto generate = [&](NodeBuilder& to) {
    CopySink sink{to};
    fill(sink);
    return true;
  };
  builder.Populate(generate);
  static_cast<Node&>(builder).Swap(holder->root);
  return ValueAccess::make(std::move(holder));
}

/// Members of an object under construction. An equal key keeps its first place
/// and takes the last value.
class MemberList {
 public:
  void put(std::string_view key, const Value& value) {
    if (utf8::find_broken(key) != std::string_view::npos) key = mended_.emplace_back(utf8::repaired(key));
    // Few members are searched, many are sorted: neither is slow then.
    if (entries_.size() < kSearched) {
      for (auto& entry : entries_) {
        if (entry.first == key) {
          entry.second = &value;
          return;
        }
      }
    } else {
      if (index_.empty()) {
        for (std::size_t i = 0; i < entries_.size(); ++i) index_.emplace(entries_[i].first, i);
      }
      const auto [at, is_new] = index_.emplace(key, entries_.size());
      if (!is_new) {
        entries_[at->second].second = &value;
        return;
      }
    }
    entries_.emplace_back(key, &value);
  }

  [[nodiscard]] Value build_object() const {
    return build([&](CopySink& sink) {
      sink.begin_object();
      for (const auto& [key, value] : entries_) {
        sink.key(key);
        sink.copy(*value);
      }
      sink.end_object(static_cast<rapid::SizeType>(entries_.size()));
    });
  }

 private:
  static constexpr std::size_t kSearched = 16;
  std::vector<std::pair<std::string_view, const Value*>> entries_;
  // A tree, not a hash table: keys may be chosen to collide.
  std::map<std::string_view, std::size_t> index_;
  std::deque<std::string> mended_;  // keys that were no UTF-8
};

template <class Range>
Value array_of(const Range& entries) {
  return build([&](CopySink& sink) {
    sink.begin_array();
    for (const Value& entry : entries) sink.copy(entry);
    sink.end_array(static_cast<rapid::SizeType>(entries.size()));
  });
}

template <class Range>
Value object_of(const Range& members) {
  MemberList list;
  for (const auto& [key, value] : members) list.put(key, value);
  return list.build_object();
}

Members members_of(const Value& object) {
  Members members;
  members.reserve(object.size());
  for (std::size_t i = 0; i < object.size(); ++i) members.emplace_back(object.key_at(i), object.member_at(i));
  return members;
}

}  // namespace

namespace json {

Value object(std::initializer_list<std::pair<std::string_view, Value>> members) { return object_of(members); }
Value object(const Members& members) { return object_of(members); }
Value array(std::initializer_list<Value> entries) { return array_of(entries); }
Value array(const std::vector<Value>& entries) { return array_of(entries); }

Value merge(const Value& base, const Value& over) {
  Members members = members_of(base);
  Members added = members_of(over);
  std::move(added.begin(), added.end(), std::back_inserter(members));
  return object_of(members);
}

Value without(const Value& object, std::string_view key) {
  Members members = members_of(object);
  std::erase_if(members, [&](const auto& member) { return member.first == key; });
  return object_of(members);
}

}  // namespace json
}  // namespace collet
