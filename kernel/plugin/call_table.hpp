// From the number in a collet_call to the call, or to nothing once it is over.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace collet::plugin {

class CallState;

/// An id is a slot number and the slot's generation, so a used-up id never finds
/// the next call in the same slot. Lives as long as the process: a plugin may
/// come with an old handle at any time. [any-thread]
class CallTable {
 public:
  static CallTable& get();
  CallTable() = default;
  ~CallTable();  ///< Of a table of one's own, in tests; get()'s stays.
  CallTable(const CallTable&) = delete;
  CallTable& operator=(const CallTable&) = delete;

  /// 0 when there are too many calls at once.
  std::uint64_t add(std::shared_ptr<CallState> call);
  [[nodiscard]] std::shared_ptr<CallState> find(std::uint64_t id);
  void remove(std::uint64_t id);

 private:
  static constexpr std::uint64_t kSlotBits = 20;
  static constexpr std::size_t kChunkSlots = 256;
  static constexpr std::size_t kChunksMax = (1u << kSlotBits) / kChunkSlots;

  struct Slot {
    std::mutex mutex;
    std::uint64_t generation = 1;
    std::shared_ptr<CallState> call;
  };
  using Chunk = std::array<Slot, kChunkSlots>;
  Slot* slot(std::uint64_t index);

  std::mutex mutex_;  ///< Of free_ and of adding a chunk.
  std::vector<std::uint32_t> free_;
  std::size_t chunk_count_ = 0;
  std::array<std::atomic<Chunk*>, kChunksMax> chunks_{};
};

}  // namespace collet::plugin
