#include "plugin/elf_note.hpp"

#include <cstring>
#include <fstream>
#include <iterator>
#include <random>

#include <elf.h>
#include <unistd.h>
#include <gtest/gtest.h>

#include "collet/note.h"
#include "plugin/library.hpp"

namespace collet::plugin {
namespace {

std::vector<std::uint8_t> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::uint8_t> plugin_bytes() { return read_file(std::string(COLLET_ABI_PLUGINS) + "/plain_c.so"); }

TEST(ElfNote, ReadsTheManifest) {
  const auto note = read_plugin_note(plugin_bytes());
  ASSERT_TRUE(note.ok()) << note.error().message;
  EXPECT_EQ(note->abi_major, 1u);
  EXPECT_EQ(note->manifest, R"({"id": "plain_c", "version": "1.0.0"})");
}

std::string raw(const auto& value) { return {reinterpret_cast<const char*>(&value), sizeof(value)}; }

std::string note_of(std::uint32_t major, std::uint32_t flags, std::string manifest) {
  manifest.resize((manifest.size() + 4) & ~std::size_t{3});  // at least one NUL
  const collet_note_header header = {major, 0, flags, sizeof(void*)};
  const Elf64_Nhdr head = {sizeof(COLLET_NOTE_NAME), static_cast<std::uint32_t>(sizeof(header) + manifest.size()), COLLET_NOTE_MANIFEST};
  return raw(head) + std::string(COLLET_NOTE_NAME "\0\0", 8) + raw(header) + manifest;
}

/// The least that counts as a shared object: a header and one segment of notes.
std::vector<std::uint8_t> elf_with(const std::string& notes) {
  Elf64_Ehdr header;
  std::memcpy(&header, plugin_bytes().data(), sizeof(header));
  header.e_phoff = sizeof(header);
  header.e_phnum = 1;
  header.e_shoff = header.e_shnum = 0;
  Elf64_Phdr segment = {};
  segment.p_type = PT_NOTE;
  segment.p_offset = sizeof(header) + sizeof(segment);
  segment.p_filesz = notes.size();
  const std::string all = raw(header) + raw(segment) + notes;
  return {all.begin(), all.end()};
}

TEST(ElfNote, OfSeveralMajorsTheHostTakesItsOwn) {
  for (const std::string& notes : {note_of(1, 0, "ours") + note_of(2, 0, "theirs"), note_of(2, 0, "theirs") + note_of(1, 0, "ours")}) {
    const auto note = read_plugin_note(elf_with(notes));
    ASSERT_TRUE(note.ok()) << note.error().message;
    EXPECT_EQ(note->manifest, "ours");
  }
  const auto other = read_plugin_note(elf_with(note_of(3, 0, "three") + note_of(2, 0, "two")));
  ASSERT_TRUE(other.ok()) << other.error().message;
  EXPECT_EQ(other->abi_major, 3u) << "none fits, so the first one says what is wrong";
}

TEST(ElfNote, LowFlagsRefuseHighOnesAreIgnored) {
  char path[] = "/tmp/collet-note-XXXXXX";
  close(mkstemp(path));
  const auto read_with = [&](std::uint32_t flags) {
    const auto bytes = elf_with(note_of(1, flags, R"({"id":"p","version":"1"})"));
    std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    PluginFile file;
    return read_plugin_file(path, file);
  };
  EXPECT_TRUE(read_with(0x80010000u).ok());
  const auto refused = read_with(0x10004u);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error(), (Error{Errc::unavailable, "its note sets flags 4, which this server does not know; it needs a newer one"}));
  unlink(path);
}

TEST(ElfNote, FindsNothingInThisTestItself) {
  const auto note = read_plugin_note(read_file("/proc/self/exe"));
  ASSERT_FALSE(note.ok());
  EXPECT_EQ(note.error().code, Errc::invalid);
}

TEST(ElfNote, SurvivesEveryCut) {
  const auto bytes = plugin_bytes();
  for (std::size_t size = 0; size < bytes.size(); size += size < 1024 ? 1 : 97) {
    const auto note = read_plugin_note(std::span(bytes).first(size));
    EXPECT_FALSE(note.ok()) << "cut to " << size << " of " << bytes.size();
  }
}

TEST(ElfNote, SurvivesChangedHeaders) {
  const auto bytes = plugin_bytes();
  std::mt19937 random(12345);
  int read = 0;
  for (int i = 0; i < 20'000; ++i) {
    auto changed = bytes;
    for (int k = 0; k < 1 + i % 4; ++k) changed[random() % 1024] = static_cast<std::uint8_t>(random());
    read += read_plugin_note(changed).ok() ? 1 : 0;
  }
  EXPECT_GT(read, 0) << "many changes are harmless";
  EXPECT_LT(read, 20'000) << "many are not";
}

TEST(ElfNote, HugeNumbersDoNotWrapAround) {
  auto bytes = plugin_bytes();
  Elf64_Ehdr header;
  std::memcpy(&header, bytes.data(), sizeof(header));
  const std::uint64_t end = bytes.size();
  for (const std::uint64_t offset : {~std::uint64_t{0}, ~std::uint64_t{7}, std::uint64_t{1} << 63, end}) {
    auto changed = header;
    changed.e_phoff = offset;
    std::memcpy(bytes.data(), &changed, sizeof(changed));
    EXPECT_FALSE(read_plugin_note(bytes).ok()) << offset;
  }
}

}  // namespace
}  // namespace collet::plugin
