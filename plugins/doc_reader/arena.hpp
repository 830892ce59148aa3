// Memory that is given back all at once, for a C parser that knows no limit of how much
// it takes or how long.
#pragma once

#include <chrono>
#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

namespace doc_reader {

/// Jumps to `escape` when memory or time is used up: not every null pointer is looked for by
/// a parser. Nothing between the two may own anything.
class Arena {
 public:
  enum class Stop : int { none = 0, memory = 1, time = 2 };

  Arena(std::size_t bytes_max, std::chrono::steady_clock::time_point deadline) : bytes_max_(bytes_max), deadline_(deadline) {}
  ~Arena() {
    for (void* block : blocks_) std::free(block);
  }
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  /// Never null; aligned for anything.
  [[nodiscard]] void* take(std::size_t bytes) {
    count(bytes, 0);
    blocks_.push_back(std::malloc(bytes + kAlignment));
    return with_head(blocks_.back(), {bytes, blocks_.size() - 1});
  }
  /// @param old from take(), or null. Not to be used again.
  [[nodiscard]] void* take_again(void* old, std::size_t bytes) {
    if (old == nullptr) return take(bytes);
    const Head head = head_of(old);
    count(bytes, head.bytes);
    void* grown = std::realloc(blocks_[head.place], bytes + kAlignment);
    if (grown != nullptr) blocks_[head.place] = grown;
    return with_head(grown, {bytes, head.place});
  }
  void give_back(void* old) {
    if (old == nullptr) return;
    const Head head = head_of(old);
    std::free(std::exchange(blocks_[head.place], nullptr));
    taken_ -= head.bytes;
  }
  /// @return now.
  std::chrono::steady_clock::time_point look_at_clock() {
    const auto now = std::chrono::steady_clock::now();
    if (now > deadline_) std::longjmp(escape, static_cast<int>(Stop::time));
    return now;
  }

  std::jmp_buf escape;

 private:
  struct Head {
    std::size_t bytes;
    std::size_t place;  ///< Among the blocks.
  };
  static constexpr std::size_t kAlignment = alignof(std::max_align_t);
  static_assert(sizeof(Head) <= kAlignment);

  void* with_head(void* block, Head head) {
    if (block == nullptr) std::longjmp(escape, static_cast<int>(Stop::memory));
    std::memcpy(block, &head, sizeof head);
    return static_cast<std::byte*>(block) + kAlignment;
  }
  static Head head_of(const void* taken) {
    Head head;
    std::memcpy(&head, static_cast<const std::byte*>(taken) - kAlignment, sizeof head);
    return head;
  }
  void count(std::size_t bytes, std::size_t instead_of) {
    if (bytes > bytes_max_ - (taken_ - instead_of)) std::longjmp(escape, static_cast<int>(Stop::memory));
    taken_ += bytes - instead_of;
  }

  std::size_t bytes_max_, taken_ = 0;
  std::chrono::steady_clock::time_point deadline_;
  std::vector<void*> blocks_;  ///< null where one was given back.
};

}  // namespace doc_reader
