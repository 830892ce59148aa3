// Code that moves into huge pages stays what and where it was.
#include "sandbox/launcher/huge_code.hpp"

#include <cstdint>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sandbox/fd.hpp"

namespace collet::launcher {
namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kHuge = 2u << 20;

struct Place {
  std::string rights;
  bool has_file = false;
};

// By where a mapping begins; what lies inside one begins nowhere.
std::map<std::uintptr_t, Place> places() {
  std::map<std::uintptr_t, Place> found;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    std::istringstream fields(line);
    std::string range, rights, offset, device, inode;
    fields >> range >> rights >> offset >> device >> inode;
    found[std::stoull(range, nullptr, 16)] = {rights, inode != "0"};
  }
  return found;
}

Place place_of(const char* at) {
  const auto all = places();
  return std::prev(all.upper_bound(reinterpret_cast<std::uintptr_t>(at)))->second;
}

class HugeCodeTest : public testing::Test {
 protected:
  /// A file in memory, its pages all different, shown from a page that begins a huge one.
  const char* show(std::size_t bytes, int rights) {
    sandbox::UniqueFd file(::memfd_create("code", MFD_CLOEXEC));
    content_.resize(bytes);
    for (std::size_t i = 0; i < bytes; i += 8) *reinterpret_cast<std::uint64_t*>(content_.data() + i) = i * 0x9e3779b97f4a7c15u;
    EXPECT_EQ(::write(file.get(), content_.data(), bytes), static_cast<ssize_t>(bytes));
    auto* space = static_cast<char*>(::mmap(nullptr, bytes + 2 * kHuge, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    char* at = space + kHuge - reinterpret_cast<std::uintptr_t>(space) % kHuge;
    EXPECT_EQ(::mmap(at, bytes, rights, MAP_PRIVATE | MAP_FIXED, file.get(), 0), at);
    return at;
  }
  bool is_whole(const char* at) const { return std::string_view(at, content_.size()) == std::string_view(content_.data(), content_.size()); }
  /// Where the host has none: nothing is to happen there, and nothing can be tested.
  static bool has_huge_pages() {
    auto* space = static_cast<char*>(::mmap(nullptr, 2 * kHuge, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    char* at = space + kHuge - reinterpret_cast<std::uintptr_t>(space) % kHuge;
    *at = 1;
    constexpr int kCollapse = 25;  // MADV_COLLAPSE, newer than the headers of Debian 12
    const bool has = ::madvise(at, kHuge, kCollapse) == 0;
    ::munmap(space, 2 * kHuge);
    return has;
  }
  std::vector<char> content_;
};

TEST_F(HugeCodeTest, WholeHugePagesOfCodeMoveAndTheRestStays) {
  if (!has_huge_pages()) GTEST_SKIP() << "no huge pages on this host";
  const char* code = show(2 * kHuge + 3 * kPage, PROT_READ | PROT_EXEC);
  move_code_to_huge_pages();
  EXPECT_TRUE(is_whole(code));
  EXPECT_EQ(place_of(code).rights, "r-xp");
  EXPECT_FALSE(place_of(code).has_file);
  EXPECT_FALSE(place_of(code + 2 * kHuge - 1).has_file);
  EXPECT_EQ(place_of(code + 2 * kHuge).rights, "r-xp");
  EXPECT_TRUE(place_of(code + 2 * kHuge).has_file);
}

TEST_F(HugeCodeTest, ConstantsMoveWithTheCodeTheyLieBeside) {
  if (!has_huge_pages()) GTEST_SKIP() << "no huge pages on this host";
  const char* code = show(2 * kHuge, PROT_READ | PROT_EXEC);
  ASSERT_EQ(::mprotect(const_cast<char*>(code), 3 * kPage, PROT_READ), 0);
  move_code_to_huge_pages();
  EXPECT_TRUE(is_whole(code));
  EXPECT_FALSE(place_of(code).has_file);
  EXPECT_EQ(place_of(code).rights, "r-xp");
}

TEST_F(HugeCodeTest, OtherMappingsStay) {
  const char* data = show(2 * kHuge, PROT_READ);
  move_code_to_huge_pages();
  EXPECT_EQ(place_of(data).rights, "r--p");
  EXPECT_TRUE(place_of(data).has_file);
  const char* writable = show(2 * kHuge, PROT_READ | PROT_WRITE | PROT_EXEC);
  move_code_to_huge_pages();
  EXPECT_TRUE(place_of(writable).has_file);
  const char* large = show(18u << 20, PROT_READ | PROT_EXEC);
  move_code_to_huge_pages();
  EXPECT_TRUE(place_of(large).has_file);
  const char* small = show(kHuge - kPage, PROT_READ | PROT_EXEC);
  move_code_to_huge_pages();
  EXPECT_TRUE(place_of(small).has_file);
}

}  // namespace
}  // namespace collet::launcher
