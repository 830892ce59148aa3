// json_pointer.cpp - RFC 6901.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <string>

#include "collet/json.hpp"

namespace collet {

namespace {

/// One reference token with ~1 and ~0 undone; empty on another use of ~.
std::optional<std::string> unescaped(std::string_view token) {
  std::string out;
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (token[i] != '~') {
      out.push_back(token[i]);
      continue;
    }
    if (++i == token.size() || (token[i] != '0' && token[i] != '1')) return std::nullopt;
    out.push_back(token[i] == '0' ? '~' : '/');
  }
  return out;
}

/// "0", "1", "12"; no sign, no leading zero.
std::optional<std::size_t> array_index(std::string_view token) {
  std::size_t index = 0;
  const char* const end = token.data() + token.size();
  const auto read = std::from_chars(token.data(), end, index);
  if (read.ec != std::errc() || read.ptr != end || (token.size() > 1 && token[0] == '0')) return std::nullopt;
  return index;
}

std::string quoted(std::string_view text) { return '"' + std::string(text) + '"'; }

}  // namespace

Result<Value> Value::pointer(std::string_view pointer) const {
  if (!pointer.empty() && pointer[0] != '/') {
    return Error{Errc::invalid, "JSON pointer " + quoted(pointer) + ": expected \"\" or a text that begins with '/'"};
  }
  Value here = *this;
  std::size_t at = 0;
  while (at < pointer.size()) {
    const std::size_t next = std::min(pointer.find('/', at + 1), pointer.size());
    const auto token = unescaped(pointer.substr(at + 1, next - at - 1));
    if (!token) {
      return Error{Errc::invalid, "JSON pointer " + quoted(pointer) + ": expected ~0 or ~1 after '~'"};
    }
    const std::size_t index = here.is_array() ? array_index(*token).value_or(here.size()) : 0;
    const bool found = here.is_object() ? here.has(*token) : index < here.size();
    if (!found) {
      return Error{Errc::not_found, "JSON pointer " + quoted(pointer) + ": nothing at " + quoted(pointer.substr(0, next))};
    }
    here = here.is_object() ? here[*token] : here.at(index);
    at = next;
  }
  return here;
}

}  // namespace collet
