#include "plugin/elf_note.hpp"

#include <cstddef>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

#include <elf.h>

#include "collet/note.h"

namespace collet::plugin {
namespace {

constexpr std::size_t kSegmentsMax = 128;
constexpr std::size_t kManifestBytesMax = 1 << 20;

#if defined(__x86_64__)
constexpr std::uint16_t kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr std::uint16_t kMachine = EM_AARCH64;
#elif defined(__riscv)
constexpr std::uint16_t kMachine = EM_RISCV;
#else
#error "add this machine's ELF number"
#endif

using Bytes = std::span<const std::uint8_t>;

Error bad(std::string message) { return {Errc::invalid, std::move(message)}; }

/// `size` bytes at `offset`, or nothing; both come from the file.
std::optional<Bytes> part(Bytes bytes, std::uint64_t offset, std::uint64_t size) {
  if (offset > bytes.size() || size > bytes.size() - offset) return std::nullopt;
  return bytes.subspan(offset, size);
}

/// A copy, since nothing says that the file aligned it.
template <class T>
std::optional<T> read(Bytes bytes, std::uint64_t offset) {
  const auto source = part(bytes, offset, sizeof(T));
  if (!source) return std::nullopt;
  T out;
  std::memcpy(&out, source->data(), sizeof(T));
  return out;
}

Result<Elf64_Ehdr> read_header(Bytes file) {
  if (file.size() < SELFMAG || std::memcmp(file.data(), ELFMAG, SELFMAG) != 0) return bad("not an ELF file");
  const auto header = read<Elf64_Ehdr>(file, 0);
  if (!header) return bad("cut short: no complete ELF header");
  if (header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != ELFDATA2LSB ||
      header->e_machine != kMachine) {
    return bad("built for another machine (ELF machine " + std::to_string(header->e_machine) + ", this is " +
               std::to_string(kMachine) + ")");
  }
  if (header->e_type != ET_DYN) return bad("not a shared object");
  if (header->e_phentsize != sizeof(Elf64_Phdr) || header->e_phnum == 0 || header->e_phnum > kSegmentsMax) {
    return bad("unusual ELF program headers");
  }
  // A mapped page behind the end of a cut file is a SIGBUS, so look for the end.
  const std::uint64_t sections_bytes = std::uint64_t{header->e_shnum} * header->e_shentsize;
  if (header->e_shoff != 0 && !part(file, header->e_shoff, sections_bytes)) {
    return bad("cut short: the section headers lie behind the end");
  }
  return *header;
}

std::size_t padded(std::size_t size) { return (size + 3) & ~std::size_t{3}; }

/// Adds those of one segment that are ours.
Result<void> find_notes(Bytes notes, std::vector<Bytes>& ours) {
  std::uint64_t offset = 0;
  while (offset < notes.size()) {
    const auto note = read<Elf64_Nhdr>(notes, offset);
    if (!note) return bad("a note segment is malformed");
    offset += sizeof(Elf64_Nhdr);
    const auto name = part(notes, offset, note->n_namesz);
    offset += padded(note->n_namesz);
    const auto description = part(notes, offset, note->n_descsz);
    offset += padded(note->n_descsz);
    if (!name || !description) return bad("a note segment is malformed");
    constexpr std::string_view kName(COLLET_NOTE_NAME, sizeof(COLLET_NOTE_NAME));
    const std::string_view found(reinterpret_cast<const char*>(name->data()), name->size());
    if (found == kName && note->n_type == COLLET_NOTE_MANIFEST) ours.push_back(*description);
  }
  return {};
}

/// Another major may lay out its note in another way: the number comes first.
Bytes choose(const std::vector<Bytes>& notes) {
  for (const Bytes note : notes) {
    if (read<std::uint32_t>(note, 0) == COLLET_ABI_MAJOR) return note;
  }
  return notes.front();
}

Result<PluginNote> parse_description(Bytes description) {
  const auto header = read<collet_note_header>(description, 0);
  if (!header) return bad("the plugin note is cut short");
  if (header->pointer_size != sizeof(void*)) return bad("the plugin note names another pointer size");
  const Bytes rest = description.subspan(sizeof(collet_note_header));
  if (rest.size() > kManifestBytesMax) return bad("the manifest is longer than 1 MiB");
  std::string_view text(reinterpret_cast<const char*>(rest.data()), rest.size());
  text = text.substr(0, text.find('\0'));
  return PluginNote{header->major, header->minor, header->flags, std::string(text)};
}

}  // namespace

Result<PluginNote> read_plugin_note(Bytes file) {
  const auto header = read_header(file);
  if (!header) return header.error();
  std::vector<Bytes> ours;
  // So that adding to it cannot wrap around.
  if (header->e_phoff > file.size()) return bad("cut short: no program headers");
  for (std::uint16_t i = 0; i < header->e_phnum; ++i) {
    const auto segment = read<Elf64_Phdr>(file, header->e_phoff + std::uint64_t{i} * sizeof(Elf64_Phdr));
    if (!segment) return bad("cut short: no program headers");
    if (segment->p_type != PT_LOAD && segment->p_type != PT_NOTE) continue;
    const auto bytes = part(file, segment->p_offset, segment->p_filesz);
    if (!bytes) return bad("cut short: a segment lies behind the end");
    if (segment->p_type != PT_NOTE) continue;
    if (auto found = find_notes(*bytes, ours); !found) return found.error();
  }
  if (ours.empty()) return bad("no Collet note: not a plugin (COLLET_PLUGIN or COLLET_NOTE puts one there)");
  return parse_description(choose(ours));
}

}  // namespace collet::plugin
