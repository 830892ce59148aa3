#include "plugin/call_table.hpp"

#include <utility>

#include "plugin/call_state.hpp"

namespace collet::plugin {

CallTable& CallTable::get() {
  static auto* const table = new CallTable;  // never destroyed, see the header
  return *table;
}

CallTable::~CallTable() {
  for (std::size_t i = 0; i < chunk_count_; ++i) delete chunks_[i].load(std::memory_order_relaxed);
}

CallTable::Slot* CallTable::slot(std::uint64_t index) {
  Chunk* chunk = chunks_[index / kChunkSlots].load(std::memory_order_acquire);
  return chunk ? &(*chunk)[index % kChunkSlots] : nullptr;
}

std::uint64_t CallTable::add(std::shared_ptr<CallState> call) {
  std::uint32_t index = 0;
  {
    const std::scoped_lock lock(mutex_);
    if (free_.empty()) {
      if (chunk_count_ == kChunksMax) return 0;
      chunks_[chunk_count_].store(new Chunk, std::memory_order_release);
      const auto first = static_cast<std::uint32_t>(chunk_count_++ * kChunkSlots);
      for (std::uint32_t i = kChunkSlots; i > 0; --i) free_.push_back(first + i - 1);
    }
    index = free_.back();
    free_.pop_back();
  }
  Slot& place = *slot(index);
  const std::scoped_lock lock(place.mutex);
  place.call = std::move(call);
  return (place.generation << kSlotBits) | index;
}

std::shared_ptr<CallState> CallTable::find(std::uint64_t id) {
  Slot* place = slot(id & ((1u << kSlotBits) - 1));
  if (!place) return nullptr;
  const std::scoped_lock lock(place->mutex);
  return place->generation == id >> kSlotBits ? place->call : nullptr;
}

void CallTable::remove(std::uint64_t id) {
  const std::uint64_t index = id & ((1u << kSlotBits) - 1);
  Slot* place = slot(index);
  if (!place) return;
  std::shared_ptr<CallState> last;  // its destructor must not run under the lock
  {
    const std::scoped_lock lock(place->mutex);
    if (place->generation != id >> kSlotBits) return;
    ++place->generation;
    last = std::move(place->call);
  }
  const std::scoped_lock lock(mutex_);
  free_.push_back(static_cast<std::uint32_t>(index));
}

}  // namespace collet::plugin
