#include "plugin/elf_note.hpp"

#include <cstring>
#include <fstream>
#include <iterator>
#include <random>

#include <elf.h>
#include <gtest/gtest.h>

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
