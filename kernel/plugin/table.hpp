// Reads a struct that another version of abi.h may have written.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace collet::plugin {

/// `from` in our own size: what its writer did not know is zero.
template <class T>
[[nodiscard]] T read_struct(const T* from) {
  T out = {};
  std::memcpy(&out, from, std::min<std::size_t>(from->struct_size, sizeof(T)));
  out.struct_size = sizeof(T);
  return out;
}

}  // namespace collet::plugin
