// Who is behind a service call: the plugin instance, and the running call.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "base/cancel.hpp"
#include "base/egress_decision.hpp"
#include "base/run_scope.hpp"
#include "collet/abi.h"
#include "collet/str.hpp"

namespace collet::services {

class Services;

/// One running call, as services see it. plugin/ implements it. While somebody
/// holds one, the plugin instance is not destroyed.
class Scope {
 public:
  struct Facts {
    std::string_view request_id, call_id, caller, tool, app, size;
    std::uint32_t effects = 0;  ///< COLLET_EFFECT_* of the tool.
    std::shared_ptr<base::RunScope> run;  ///< Of the agent run; null: the call stands alone.
  };
  virtual ~Scope() = default;
  /// Views live as long as the Scope.
  [[nodiscard]] virtual Facts facts() const = 0;
  [[nodiscard]] virtual boost::asio::io_context& io() = 0;
  [[nodiscard]] virtual std::int64_t remaining_ms() const = 0;
  /// It has its outcome, though the plugin may not know yet. [any-thread]
  [[nodiscard]] virtual bool over() const = 0;
  /// Cancelled when nobody waits for the call any more, at the latest when its
  /// outcome has been delivered; not by its deadline alone, since a tool may then
  /// still report what it has. [thread of io()]
  [[nodiscard]] virtual base::CancelToken gone() const = 0;
  /// A piece of live output. @param kind COLLET_PROGRESS_STDOUT or _STDERR.
  virtual void output(std::int32_t kind, std::string_view piece) = 0;
  /// For the call's audit line. [any-thread]
  virtual void note_egress(const base::EgressDecision& decision) = 0;
};

/// The plugin instance behind a collet_call. Lives as long as the process, so
/// that a handle which a plugin used too late still leads somewhere.
class Origin {
 public:
  Origin(std::string plugin_id, std::string instance, std::vector<std::string> capabilities,
         std::shared_ptr<Services> services)
      : plugin_id(std::move(plugin_id)), instance(std::move(instance)),
        capabilities(std::move(capabilities)), services(std::move(services)) {}
  virtual ~Origin() = default;

  /// Null when the call is over. [any-thread]
  [[nodiscard]] virtual std::shared_ptr<Scope> find_call(std::uint64_t id) = 0;

  const std::string plugin_id;
  const std::string instance;
  const std::vector<std::string> capabilities;  ///< Granted: "exec", "secrets:NAME", ...
  const std::shared_ptr<Services> services;
};

[[nodiscard]] inline Origin& origin_of(collet_call call) {
  return *static_cast<Origin*>(const_cast<void*>(call.host));
}
[[nodiscard]] inline collet_call call_of(const Origin& origin, std::uint64_t id) {
  return {static_cast<const void*>(&origin), id};
}
/// The capability's service: "secrets" of "secrets:NAME".
[[nodiscard]] inline std::string_view service_of(std::string_view capability) {
  return capability.substr(0, capability.find(':'));
}

/// The time that something done for a call may take. @param wanted_ms 0: all that is left.
[[nodiscard]] std::int64_t limited_ms(const Scope& scope, std::int64_t wanted_ms);
/// Into the log and the call's audit line.
void record_egress(Scope& scope, const base::EgressDecision& decision);

/// Checks that a call may use what goes with `effect`, all of its bits. For id 0
/// no tool's effects are there to ask: what stands behind it is the capability,
/// without which the plugin has no table to call.
/// @return OK, DENIED, CLOSED or INVALID; `scope` is null for id 0.
[[nodiscard]] collet_status authorize(collet_call call, std::uint32_t effect, std::shared_ptr<Scope>& scope);

}  // namespace collet::services
