// A file from a stranger is read within its bounds, and what comes out of it was
// in it.
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>

#include "plugin/elf_note.hpp"
#include "plugin/manifest.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto note = collet::plugin::read_plugin_note(std::span(data, size));
  if (!note) return 0;
  const std::string_view file(reinterpret_cast<const char*>(data), size);
  if (file.find(note->manifest) == std::string_view::npos) std::abort();
  const auto manifest = collet::plugin::parse_manifest(note->manifest);
  if (manifest && (manifest->id.empty() || manifest->id.size() > 64)) std::abort();
  return 0;
}
