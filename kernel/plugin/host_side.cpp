#include "plugin/host_side.hpp"

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

#include "plugin/call_state.hpp"
#include "plugin/call_table.hpp"
#include "services/services.hpp"

namespace collet::plugin {
namespace {

const void* get_service(collet_call self, collet_str id) noexcept {
  if (self.host == nullptr) return nullptr;
  const auto& origin = services::origin_of(self);
  const std::string_view wanted = to_view(id);
  const bool granted = wanted == services::service_id("log") ||
                       std::ranges::any_of(origin.capabilities, [&](const std::string& capability) {
                         return services::service_id(services::service_of(capability)) == wanted;
                       });
  return granted ? services::service_table(wanted) : nullptr;
}

}  // namespace

HostSide* HostSide::make(std::string plugin_id, std::string instance, std::vector<std::string> capabilities,
                         std::shared_ptr<services::Services> services) {
  static std::mutex mutex;
  static auto* const kept = new std::vector<std::unique_ptr<HostSide>>;
  const std::scoped_lock lock(mutex);
  kept->emplace_back(new HostSide(std::move(plugin_id), std::move(instance), std::move(capabilities), std::move(services)));
  return kept->back().get();
}

HostSide::HostSide(std::string plugin_id, std::string instance, std::vector<std::string> capabilities,
                   std::shared_ptr<services::Services> services)
    : Origin(std::move(plugin_id), std::move(instance), std::move(capabilities), std::move(services)) {
  host_.struct_size = sizeof(host_);
  host_.abi_minor = COLLET_ABI_MINOR;
  host_.self = services::call_of(*this, 0);
  host_.call = &kCallApi;
  host_.get_service = &get_service;
}

std::shared_ptr<services::Scope> HostSide::find_call(std::uint64_t id) { return CallTable::get().find(id); }

}  // namespace collet::plugin
