// Memory that is given back all at once, for a C parser that checks neither how much
// it takes nor how long.
#pragma once

#include <chrono>
#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace doc_reader {

/// Jumps to `escape` when memory or time is used up: the parser would use a null pointer.
/// Nothing between the two may own anything.
class Arena {
 public:
  enum class Stop : int { none = 0, memory = 1, time = 2 };

  Arena(std::size_t bytes_max, std::chrono::steady_clock::time_point deadline) : bytes_max_(bytes_max), deadline_(deadline) {}

  [[nodiscard]] void* take(std::size_t bytes) {
    if (++calls_ % kCallsBetweenLooks == 0 && std::chrono::steady_clock::now() > deadline_) std::longjmp(escape, static_cast<int>(Stop::time));
    bytes = (bytes + kAlignment - 1) & ~(kAlignment - 1);
    if (bytes > room_) grow(bytes);
    void* out = next_;
    next_ += bytes;
    room_ -= bytes;
    return out;
  }

  std::jmp_buf escape;

 private:
  static constexpr std::size_t kAlignment = alignof(std::max_align_t);
  static constexpr std::size_t kBlockBytes = std::size_t{256} << 10;
  static constexpr std::uint32_t kCallsBetweenLooks = 32;

  void grow(std::size_t bytes) {
    const std::size_t size = bytes > kBlockBytes ? bytes : kBlockBytes;
    if (size > bytes_max_ - taken_) std::longjmp(escape, static_cast<int>(Stop::memory));
    taken_ += size;
    blocks_.emplace_back(std::make_unique_for_overwrite<std::byte[]>(size));
    next_ = blocks_.back().get();
    room_ = size;
  }

  std::size_t bytes_max_, taken_ = 0, room_ = 0;
  std::byte* next_ = nullptr;
  std::uint32_t calls_ = 0;
  std::chrono::steady_clock::time_point deadline_;
  std::vector<std::unique_ptr<std::byte[]>> blocks_;
};

}  // namespace doc_reader
