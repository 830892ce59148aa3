// The C functions behind a call handle: each finds its call and passes on.
#include "base/log.hpp"
#include "collet/sized.hpp"
#include "plugin/call_state.hpp"
#include "plugin/call_table.hpp"
#include "services/origin.hpp"

namespace collet::plugin {
namespace {

std::shared_ptr<CallState> find(collet_call call) { return CallTable::get().find(call.id); }

collet_status emit(collet_call call, const collet_content* part) noexcept {
  const auto state = find(call);
  if (!state) return COLLET_E_CLOSED;
  return is_whole(part) ? state->emit(read_struct(part)) : COLLET_E_INVALID;
}

collet_status progress(collet_call call, const collet_progress* progress) noexcept {
  const auto state = find(call);
  if (!state) return COLLET_E_CLOSED;
  return is_whole(progress) ? state->progress(read_struct(progress)) : COLLET_E_INVALID;
}

std::int32_t cancelled(collet_call call) noexcept {
  const auto state = find(call);
  return !state || state->should_stop() ? 1 : 0;
}

std::int64_t remaining_ms(collet_call call) noexcept {
  const auto state = find(call);
  return state ? state->remaining_ms() : 0;
}

const collet_call_info* info(collet_call call) noexcept {
  const auto state = find(call);
  return state ? state->info() : nullptr;
}

collet_status finish(collet_call call, const collet_finish* end) noexcept {
  const auto state = find(call);
  if (state && is_whole(end)) return state->finish(read_struct(end));
  if (state) return COLLET_E_INVALID;
  if (call.host != nullptr) {
    base::log_warn("a plugin misbehaves: finish of a call that it has finished before",
                   {{"plugin", services::origin_of(call).instance}});
  }
  return COLLET_E_CLOSED;
}

}  // namespace

const collet_call_api kCallApi = {sizeof(collet_call_api), 0, &emit, &progress, &cancelled,
                                  &remaining_ms, &info, &finish};

}  // namespace collet::plugin
