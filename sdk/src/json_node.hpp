// json_node.hpp - what stands behind a Value; the one place that includes RapidJSON.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <stdexcept>
#include <utility>

#include "collet/json.hpp"

// A namespace of our own: a plugin may use RapidJSON with other settings, and
// equal symbols of two settings in one process would be mixed up by the linker.
#define RAPIDJSON_NAMESPACE collet_rapidjson
#define RAPIDJSON_ASSERT(condition) \
  ((condition) ? static_cast<void>(0) : throw std::logic_error("RapidJSON: " #condition))
#if defined(__SSE2__)
#define RAPIDJSON_SSE2
#endif
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wall"
#pragma GCC diagnostic ignored "-Wextra"
#if !defined(__clang__)
#pragma GCC diagnostic ignored "-Wterminate"
#pragma GCC diagnostic ignored "-Wclass-memaccess"
#endif
#include <rapidjson/document.h>
#include <rapidjson/reader.h>
#pragma GCC diagnostic pop

namespace collet {

namespace rapid = collet_rapidjson;

// The pool never runs destructors of nodes, so dropping a document of any depth
// does not recurse.
using Pool = rapid::MemoryPoolAllocator<rapid::CrtAllocator>;
using Encoding = rapid::UTF8<char>;
using Node = rapid::GenericValue<Encoding, Pool>;
using NodeBuilder = rapid::GenericDocument<Encoding, Pool>;

/// One document: its nodes live in the pool, and those of a parsed text point
/// into `text` for their strings.
struct Holder {
  explicit Holder(std::size_t chunk_bytes) : pool(chunk_bytes, &crt()) {}

  std::unique_ptr<char[]> text;
  Pool pool;
  Node root;

 private:
  static rapid::CrtAllocator& crt() {
    static rapid::CrtAllocator allocator;  // stateless
    return allocator;
  }
};

/// The door from Value to its node.
struct ValueAccess {
  /// Null for a plain null value.
  static const Node* node(const Value& value) { return static_cast<const Node*>(value.node_); }
  static Value make(std::shared_ptr<const Holder> holder) {
    const void* const root = &holder->root;
    return Value(std::move(holder), root);
  }
  /// A value that does not keep its document alive: `value` must outlive it.
  static Value borrow(const Value& value) { return Value(nullptr, value.node_); }
  /// A value with a node that lives as long as the program.
  static Value immortal(const Node& node) { return Value(nullptr, &node); }
};

[[nodiscard]] inline std::string_view text_of(const Node& node) {
  return {node.GetString(), node.GetStringLength()};
}

/// The number in `node`, compared exactly: 1 equals 1.0, 2^53 + 1 differs from 2^53.
[[nodiscard]] bool equal_numbers(const Node& a, const Node& b);
/// True when both mean the same JSON. Works iteratively, so depth is no danger.
[[nodiscard]] bool equal(const Node& a, const Node& b);

}  // namespace collet
