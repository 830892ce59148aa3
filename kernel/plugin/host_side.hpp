// What one plugin instance gets hold of: its collet_host and what stands behind.
#pragma once

#include "collet/abi.h"
#include "services/origin.hpp"

namespace collet::plugin {

class HostSide final : public services::Origin {
 public:
  /// Never freed: a plugin may keep the pointer longer than it should.
  static HostSide* make(std::string plugin_id, std::string instance, std::vector<std::string> capabilities,
                        std::shared_ptr<services::Services> services);

  [[nodiscard]] std::shared_ptr<services::Scope> find_call(std::uint64_t id) override;
  [[nodiscard]] const collet_host& host() const { return host_; }

 private:
  HostSide(std::string plugin_id, std::string instance, std::vector<std::string> capabilities,
           std::shared_ptr<services::Services> services);
  collet_host host_ = {};
};

}  // namespace collet::plugin
