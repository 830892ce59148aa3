// json_writer.cpp - JSON text without a tree: the path of every streamed event.
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

#include "collet/json.hpp"
#include "json_node.hpp"
#include "json_walk.hpp"
#include "utf8.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace collet {

namespace {

// What a byte below 0x80 is written as: 0 itself, 'u' as \u00XX, else \ and this.
constexpr std::array<char, 256> escapes() {
  std::array<char, 256> table{};
  for (std::size_t c = 0; c < 0x20; ++c) table[c] = 'u';
  table['\b'] = 'b';
  table['\f'] = 'f';
  table['\n'] = 'n';
  table['\r'] = 'r';
  table['\t'] = 't';
  table['"'] = '"';
  table['\\'] = '\\';
  return table;
}
constexpr std::array<char, 256> kEscapes = escapes();
constexpr std::size_t kFirstBytes = 384;  // room for a usual event without growing
constexpr char kHex[] = "0123456789abcdef";

/// The first byte from `at` on that cannot be copied as it is.
const char* skip_plain(const char* at, const char* end) {
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  const __m128i space = _mm_set1_epi8(0x20);
  for (; end - at >= 16; at += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    // A signed "< 0x20" takes in both the controls and every byte >= 0x80.
    const __m128i special = _mm_or_si128(
        _mm_cmplt_epi8(block, space),
        _mm_or_si128(_mm_cmpeq_epi8(block, quote), _mm_cmpeq_epi8(block, backslash)));
    const int mask = _mm_movemask_epi8(special);
    if (mask != 0) return at + __builtin_ctz(static_cast<unsigned>(mask));
  }
#endif
  while (at < end && static_cast<signed char>(*at) >= 0x20 && *at != '"' && *at != '\\') ++at;
  return at;
}

void append_escape(std::string& out, unsigned char c) {
  const char escape = kEscapes[c];
  if (escape != 'u') {
    const char two[] = {'\\', escape};
    out.append(two, 2);
    return;
  }
  const char six[] = {'\\', 'u', '0', '0', kHex[c >> 4], kHex[c & 15]};
  out.append(six, 6);
}

/// A text that needs no escape, in one go: keys and most deltas are such.
void append_plain_quoted(std::string& out, std::string_view text) {
  const std::size_t before = out.size();
  out.resize(before + text.size() + 2);
  char* const to = out.data() + before;
  to[0] = '"';
  if (!text.empty()) std::memcpy(to + 1, text.data(), text.size());
  to[text.size() + 1] = '"';
}

void append_quoted(std::string& out, std::string_view text) {
  if (skip_plain(text.data(), text.data() + text.size()) == text.data() + text.size()) {
    return append_plain_quoted(out, text);
  }
  out.push_back('"');
  const char* pending = text.data();  // begin of what is not copied yet
  const char* at = pending;
  const char* const end = at + text.size();
  while ((at = skip_plain(at, end)) < end) {
    const auto c = static_cast<unsigned char>(*at);
    if (c >= 0x80) {
      const utf8::Sequence next = utf8::sequence(at, end);
      if (next.well_formed) {
        at += next.length;
        continue;
      }
      out.append(pending, at);
      out.append(utf8::kReplacement);
      at += next.length;
    } else {
      out.append(pending, at);
      append_escape(out, c);
      ++at;
    }
    pending = at;
  }
  out.append(pending, end);
  out.push_back('"');
}

template <class Integer>
void append_integer(std::string& out, Integer number) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, end);
}

/// The shortest text that reads back as the same double; whole ones keep ".0",
/// so that they stay what they were.
void append_real(std::string& out, double number) {
  if (!std::isfinite(number)) {
    out.append("null");
    return;
  }
  const double size = std::fabs(number);
  const bool plain = size == 0 || (size >= 1e-5 && size < 1e17);
  char digits[48];
  const auto format = plain ? std::chars_format::fixed : std::chars_format::scientific;
  const auto end = std::to_chars(digits, digits + sizeof digits, number, format).ptr;
  out.append(digits, end);
  if (plain && std::memchr(digits, '.', static_cast<std::size_t>(end - digits)) == nullptr) out.append(".0");
}

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

std::string json::quote(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  append_quoted(out, text);
  return out;
}

void JsonWriter::separate() {
  if (needs_comma_) out_.push_back(',');
  needs_comma_ = true;
}

JsonWriter& JsonWriter::begin_object() {
  if (out_.empty()) out_.reserve(kFirstBytes);
  separate();
  out_.push_back('{');
  needs_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::end_object() {
  out_.push_back('}');
  needs_comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::begin_array() {
  separate();
  out_.push_back('[');
  needs_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::end_array() {
  out_.push_back(']');
  needs_comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  separate();
  append_quoted(out_, name);
  out_.push_back(':');
  needs_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::string(std::string_view text) {
  separate();
  append_quoted(out_, text);
  return *this;
}

JsonWriter& JsonWriter::number(std::int64_t number) {
  separate();
  append_integer(out_, number);
  return *this;
}

JsonWriter& JsonWriter::number(double number) {
  separate();
  append_real(out_, number);
  return *this;
}

JsonWriter& JsonWriter::boolean(bool boolean) {
  separate();
  out_.append(boolean ? "true" : "false");
  return *this;
}

JsonWriter& JsonWriter::null() {
  separate();
  out_.append("null");
  return *this;
}

JsonWriter& JsonWriter::raw(std::string_view json) {
  separate();
  out_.append(json);
  return *this;
}

JsonWriter& JsonWriter::value(const Value& value) {
  separate();
  append_value(out_, value);
  return *this;
}

}  // namespace collet
