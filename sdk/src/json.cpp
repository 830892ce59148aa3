// json.cpp - reading a Value.
// SPDX-License-Identifier: Apache-2.0
#include "collet/json.hpp"

#include <cmath>

#include "json_node.hpp"
#include "utf8.hpp"

namespace collet {

namespace {

// Doubles below this magnitude hold every integer's neighbours; 2^63 itself is
// the first one that no int64 holds.
constexpr double kTwo63 = 9223372036854775808.0;
constexpr double kTwo64 = 18446744073709551616.0;

/// A document of one scalar.
template <class Scalar>
Value scalar(Scalar content) {
  auto holder = std::make_shared<Holder>(0);
  holder->root = Node(content);
  return ValueAccess::make(std::move(holder));
}

const Node& boolean_node(bool boolean) {
  static const Node yes(true);
  static const Node no(false);
  return boolean ? yes : no;
}

const Node* find_member(const Node* node, std::string_view key) {
  if (node == nullptr || !node->IsObject()) return nullptr;
  for (auto member = node->MemberBegin(); member != node->MemberEnd(); ++member) {
    if (text_of(member->name) == key) return &member->value;
  }
  return nullptr;
}

}  // namespace

Value::Value() = default;

Value::Value(std::shared_ptr<const void> document, const void* node)
    : document_(std::move(document)), node_(node) {}

Value::Value(bool boolean) : Value(ValueAccess::immortal(boolean_node(boolean))) {}
Value::Value(std::int64_t number) : Value(scalar(number)) {}
Value::Value(std::uint64_t number) : Value(scalar(number)) {}
Value::Value(double number) {
  if (std::isfinite(number)) *this = scalar(number);
}

Value::Value(std::string_view text) {
  std::string mended;
  if (utf8::find_broken(text) != std::string_view::npos) text = mended = utf8::repaired(text);
  if (text.size() > UINT32_MAX) throw std::length_error("a JSON string is at most 4 GiB long");
  auto holder = std::make_shared<Holder>(text.size() + 1);
  holder->root.SetString(text.data() == nullptr ? "" : text.data(),
                         static_cast<rapid::SizeType>(text.size()), holder->pool);
  *this = ValueAccess::make(std::move(holder));
}

Value::Kind Value::kind() const {
  const Node* const node = ValueAccess::node(*this);
  if (node == nullptr) return Kind::null;
  switch (node->GetType()) {
    case rapid::kNullType: return Kind::null;
    case rapid::kFalseType:
    case rapid::kTrueType: return Kind::boolean;
    case rapid::kNumberType: return Kind::number;
    case rapid::kStringType: return Kind::string;
    case rapid::kArrayType: return Kind::array;
    case rapid::kObjectType: return Kind::object;
  }
  return Kind::null;
}

bool Value::is_integer() const {
  const Node* const node = ValueAccess::node(*this);
  if (node == nullptr || !node->IsNumber()) return false;
  return !node->IsDouble() || node->GetDouble() == std::trunc(node->GetDouble());
}

std::optional<bool> Value::as_bool() const {
  const Node* const node = ValueAccess::node(*this);
  if (node == nullptr || !node->IsBool()) return std::nullopt;
  return node->GetBool();
}

std::optional<std::int64_t> Value::as_int64() const {
  const Node* const node = ValueAccess::node(*this);
  if (node == nullptr || !is_integer()) return std::nullopt;
  if (node->IsInt64()) return node->GetInt64();
  if (!node->IsDouble()) return std::nullopt;
  const double real = node->GetDouble();
  if (real < -kTwo63 || real >= kTwo63) return std::nullopt;
  return static_cast<std::int64_t>(real);
}

std::optional<std::uint64_t> Value::as_uint64() const {
  const Node* const node = ValueAccess::node(*this);
  if (node == nullptr || !is_integer()) return std::nullopt;
  if (node->IsUint64()) return node->GetUint64();
  if (!node->IsDouble()) return std::nullopt;
  const double real = node->GetDouble();
  if (real < 0 || real >= kTwo64) return std::nullopt;
  return static_cast<std::uint64_t>(real);
}

std::optional<double> Value::as_double() const {
  const Node* const node = ValueAccess::node(*this);
  if (node == nullptr || !node->IsNumber()) return std::nullopt;
  return node->GetDouble();
}

std::optional<std::string_view> Value::as_string() const {
  const Node* const node = ValueAccess::node(*this);
  if (node == nullptr || !node->IsString()) return std::nullopt;
  return text_of(*node);
}

std::string_view Value::string_or(std::string_view other) const {
  return as_string().value_or(other);
}

std::size_t Value::size() const {
  const Node* const node = ValueAccess::node(*this);
  if (node == nullptr) return 0;
  if (node->IsArray()) return node->Size();
  return node->IsObject() ? node->MemberCount() : 0;
}

Value Value::at(std::size_t index) const {
  const Node* const node = ValueAccess::node(*this);
  if (node == nullptr || !node->IsArray() || index >= node->Size()) return {};
  return Value(document_, &node->Begin()[index]);
}

Value Value::operator[](std::string_view key) const {
  const Node* const found = find_member(ValueAccess::node(*this), key);
  return found == nullptr ? Value() : Value(document_, found);
}

bool Value::has(std::string_view key) const {
  return find_member(ValueAccess::node(*this), key) != nullptr;
}

std::string_view Value::key_at(std::size_t index) const {
  const Node* const node = ValueAccess::node(*this);
  if (node == nullptr || !node->IsObject() || index >= node->MemberCount()) return {};
  return text_of(node->MemberBegin()[static_cast<std::ptrdiff_t>(index)].name);
}

Value Value::member_at(std::size_t index) const {
  const Node* const node = ValueAccess::node(*this);
  if (node == nullptr || !node->IsObject() || index >= node->MemberCount()) return {};
  return Value(document_, &node->MemberBegin()[static_cast<std::ptrdiff_t>(index)].value);
}

bool Value::operator==(const Value& other) const {
  static const Node null_node;
  const Node* const a = ValueAccess::node(*this);
  const Node* const b = ValueAccess::node(other);
  return equal(a == nullptr ? null_node : *a, b == nullptr ? null_node : *b);
}

std::string_view name(Value::Kind kind) {
  switch (kind) {
    case Value::Kind::null: return "null";
    case Value::Kind::boolean: return "boolean";
    case Value::Kind::number: return "number";
    case Value::Kind::string: return "string";
    case Value::Kind::array: return "array";
    case Value::Kind::object: return "object";
  }
  return "null";
}

}  // namespace collet
