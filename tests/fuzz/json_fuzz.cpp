// json_fuzz.cpp - any bytes: what parses must survive writing and reading again, and
// what we write must parse.
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "collet/json.hpp"

namespace {

void demand(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using collet::Value;
  const std::string_view text(reinterpret_cast<const char*>(data), size);

  const auto quoted = Value::parse(collet::json::quote(text));
  demand(quoted.ok(), "a quoted text parses");
  demand(*quoted == Value(text), "a text is repaired in one way");

  const auto value = Value::parse(text);
  if (!value) {
    demand(value.error().message.starts_with("line "), "an error has its place");
    return 0;
  }
  const std::string compact = value->dump();
  const auto again = Value::parse(compact);
  demand(again.ok() && *again == *value, "compact text reads back the same");
  demand(again->dump() == compact, "writing is stable");
  const auto pretty = Value::parse(value->dump(true));
  demand(pretty.ok() && *pretty == *value, "pretty text reads back the same");
  demand(collet::json::array({*value}).at(0) == *value, "a copy is equal");
  collet::JsonLimits strict;
  strict.reject_duplicate_keys = true;
  demand(Value::parse(compact, strict).ok(), "no key is left twice");
  if (value->is_object() && value->size() > 0) {
    const auto key = value->key_at(0);
    demand((*value)[key] == value->member_at(0), "the first key finds the first member");
    demand(collet::json::without(*value, key).size() + 1 == value->size(), "without drops one");
  }
  return 0;
}
