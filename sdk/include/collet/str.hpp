// collet/str.hpp - between collet_str and C++ text.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "collet/abi.h"
#include "collet/result.hpp"

namespace collet {

/// Present, even when empty. Borrows.
[[nodiscard]] inline collet_str to_str(std::string_view text) {
  return {text.data() ? text.data() : "", text.size()};
}
/// Absent when empty. Borrows.
[[nodiscard]] inline collet_str to_optional_str(std::string_view text) {
  return text.empty() ? collet_str{nullptr, 0} : to_str(text);
}
[[nodiscard]] inline std::string_view to_view(collet_str text) {
  return text.ptr ? std::string_view(text.ptr, text.len) : std::string_view();
}
/// A collet_text_fn whose `user` is a std::string.
inline void assign_text(void* user, collet_str text) noexcept {
  *static_cast<std::string*>(user) = to_view(text);
}
/// `status` as an Errc; unknown codes become internal.
[[nodiscard]] inline Errc to_errc(collet_status status) {
  return status <= COLLET_E_INVALID && status >= COLLET_E_CONFLICT ? static_cast<Errc>(status)
                                                                   : Errc::internal;
}
/// True when a table that says it has `struct_size` bytes reaches past `slot`.
#define COLLET_HAS_SLOT(table, slot) \
  ((table)->struct_size >= __builtin_offsetof(std::remove_cvref_t<decltype(*(table))>, slot) + \
                               sizeof((table)->slot) && (table)->slot != nullptr)

}  // namespace collet
