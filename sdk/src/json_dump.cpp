// json_dump.cpp - a document as text, compact or indented.
// SPDX-License-Identifier: Apache-2.0
#include "json_node.hpp"
#include "json_text.hpp"
#include "json_walk.hpp"

namespace collet {

namespace {

void append_scalar(std::string& out, const Node& node) {
  if (node.IsString()) {
    append_quoted(out, text_of(node));
  } else if (node.IsNull()) {
    out.append("null");
  } else if (node.IsBool()) {
    out.append(node.GetBool() ? "true" : "false");
  } else if (node.IsInt64()) {
    append_integer(out, node.GetInt64());
  } else if (node.IsUint64()) {
    append_integer(out, node.GetUint64());
  } else {
    append_real(out, node.GetDouble());
  }
}

/// The events of a document as compact text.
struct CompactSink {
  std::string& out;
  bool needs_comma = false;

  void separate() {
    if (needs_comma) out.push_back(',');
  }
  void begin_object() { open('{'); }
  void begin_array() { open('['); }
  void end_object(std::size_t) { close('}'); }
  void end_array(std::size_t) { close(']'); }
  void key(std::string_view name) {
    separate();
    append_quoted(out, name);
    out.push_back(':');
    needs_comma = false;
  }
  void scalar(const Node& node) {
    separate();
    append_scalar(out, node);
    needs_comma = true;
  }
  void open(char bracket) {
    separate();
    out.push_back(bracket);
    needs_comma = false;
  }
  void close(char bracket) {
    out.push_back(bracket);
    needs_comma = true;
  }
};

void append_value(std::string& out, const Value& value) {
  const Node* const node = ValueAccess::node(value);
  if (node == nullptr) {
    out.append("null");
    return;
  }
  CompactSink sink{out};
  walk(*node, sink);
}

/// `compact` with line breaks and two spaces per level; empty brackets stay.
std::string indented(std::string_view compact) {
  std::string out;
  out.reserve(compact.size() * 2);
  std::size_t level = 0;
  bool quoted = false;
  const auto line = [&] { out.append(1, '\n').append(level * 2, ' '); };
  for (std::size_t i = 0; i < compact.size(); ++i) {
    const char c = compact[i];
    const bool closes = !quoted && (c == '}' || c == ']');
    const bool empty = closes && (compact[i - 1] == '{' || compact[i - 1] == '[');
    if (closes) --level;
    if (closes && !empty) line();
    out.push_back(c);
    if (quoted) {
      if (c == '\\') out.push_back(compact[++i]);
      if (c == '"') quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      ++level;
      const char next = compact[i + 1];
      if (next != '}' && next != ']') line();
    } else if (c == ',') {
      line();
    } else if (c == ':') {
      out.push_back(' ');
    }
  }
  return out;
}

}  // namespace

std::string Value::dump(bool pretty) const {
  std::string out;
  append_value(out, *this);
  return pretty ? indented(out) : out;
}

JsonWriter& JsonWriter::value(const Value& value) {
  separate();
  append_value(out_, value);
  return *this;
}

}  // namespace collet
