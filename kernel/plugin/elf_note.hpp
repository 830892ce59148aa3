// Reads a plugin's note without loading the plugin: loading runs its code.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "collet/result.hpp"

namespace collet::plugin {

struct PluginNote {
  std::uint32_t abi_major = 0;
  std::uint32_t abi_minor = 0;
  std::uint32_t flags = 0;
  std::string manifest;  ///< JSON text, unchecked.
};

/// @param file the whole file; nothing in it is trusted.
/// Of several notes the one of our major, else the first.
/// @error invalid: no ELF shared object of this machine, cut short, or without a
/// note of ours. The message says which.
[[nodiscard]] Result<PluginNote> read_plugin_note(std::span<const std::uint8_t> file);

}  // namespace collet::plugin
