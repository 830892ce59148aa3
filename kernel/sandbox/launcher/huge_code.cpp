#include "sandbox/launcher/huge_code.hpp"

#include <cstdint>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

// Newer than the headers of Debian 12.
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

namespace collet::launcher {
namespace {

constexpr std::uintptr_t kHuge = 2u << 20;
constexpr std::uintptr_t kRangeBytesMax = 16u << 20;  // an interpreter; of larger libraries short programs use little
constexpr std::size_t kTextBytesMax = 256u << 10;  // of /proc/self/maps; what is beyond stays as it is

/// Mappings of one file that follow each other and that nobody may write to.
struct Range {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
  std::uint64_t inode = 0;
  bool has_code = false;
};

// "begin-end perms offset device inode path". False for what is of no use here.
bool parse(const char* line, Range& range) {
  char* at = nullptr;
  range.begin = std::strtoull(line, &at, 16);
  range.end = std::strtoull(at + 1, &at, 16);
  const bool is_constant = at[1] == 'r' && at[2] == '-' && at[4] == 'p';
  range.has_code = at[3] == 'x';
  for (int field = 0; field < 3 && at != nullptr; ++field) at = std::strchr(at + 1, ' ');
  range.inode = at == nullptr ? 0 : std::strtoull(at, nullptr, 10);
  return is_constant && range.inode != 0;
}

void* map(void* at, std::size_t bytes, int protection) {
  void* mapped = ::mmap(at, bytes, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return mapped == MAP_FAILED ? nullptr : mapped;
}

// One call takes the old mapping away and puts the copy in its place: nothing runs between.
void move(std::uintptr_t begin, std::size_t bytes) {
  auto* space = static_cast<char*>(map(nullptr, bytes + kHuge, PROT_READ | PROT_WRITE));
  if (space == nullptr) return;
  char* copy = space + (kHuge - reinterpret_cast<std::uintptr_t>(space) % kHuge) % kHuge;
  auto* target = reinterpret_cast<void*>(begin);
  ::madvise(copy, bytes, MADV_HUGEPAGE);
  std::memcpy(copy, target, bytes);
  const bool is_huge = ::madvise(copy, bytes, MADV_COLLAPSE) == 0 && ::mprotect(copy, bytes, PROT_READ | PROT_EXEC) == 0;
  if (is_huge) ::mremap(copy, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, target);
  ::munmap(space, bytes + kHuge);  // with holes by now
}

void move(const Range& range) {
  const std::uintptr_t begin = (range.begin + kHuge - 1) / kHuge * kHuge;
  const std::uintptr_t end = range.end / kHuge * kHuge;
  if (range.has_code && begin < end && end - begin <= kRangeBytesMax) move(begin, end - begin);
}

void move_all(const char* lines) {
  Range last, next;
  for (const char* line = lines; line != nullptr && *line != '\0';) {
    const bool is_useful = parse(line, next);
    if (is_useful && next.begin == last.end && next.inode == last.inode) {
      last.end = next.end;
      last.has_code = last.has_code || next.has_code;
    } else {
      move(last);
      last = is_useful ? next : Range{};
    }
    line = std::strchr(line, '\n');
    if (line != nullptr) ++line;
  }
}

}  // namespace

void move_code_to_huge_pages() {
  const int maps = ::open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
  auto* text = static_cast<char*>(map(nullptr, kTextBytesMax, PROT_READ | PROT_WRITE));
  std::size_t size = 0;
  while (maps >= 0 && text != nullptr && size < kTextBytesMax - 1) {
    const ssize_t got = ::read(maps, text + size, kTextBytesMax - 1 - size);
    if (got <= 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (text != nullptr) move_all(text);
  if (text != nullptr) ::munmap(text, kTextBytesMax);
  ::close(maps);
}

}  // namespace collet::launcher
