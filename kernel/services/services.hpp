// The host services for plugins in this process: their state, and their C tables.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/egress.hpp"
#include "base/plugin_models.hpp"
#include "base/gate.hpp"
#include "config/settings.hpp"
#include "sandbox/sandbox.hpp"
#include "services/blob.hpp"
#include "services/kv.hpp"
#include "services/metrics.hpp"
#include "services/sessions.hpp"
#include "services/trees.hpp"

namespace collet::services {

/// What all service calls share. [any-thread]
class Services {
 public:
  /// @param sandbox must outlive every call.
  /// @param open_gate boxes' way out; empty: they have none.
  /// @param egress outgoing HTTP; @param models for plugins. Must outlive every
  /// call; null: there is none.
  Services(const config::Settings& settings, sandbox::Sandbox& sandbox, base::GateOpener open_gate = nullptr,
           base::Egress* egress = nullptr, base::PluginModels* models = nullptr);

  const std::map<std::string, config::AppSettings> apps;
  const std::map<std::string, config::SizeSettings> sizes;
  const std::map<std::string, std::string> secrets;  ///< "instance/name" or "plugin/name".
  const config::SandboxSettings sandbox_settings;
  sandbox::Sandbox& sandbox;
  KvStore kv;
  BlobStore blobs;
  MetricsStore metrics;
  TreeStore trees;
  const std::shared_ptr<SessionStore> sessions;
  const base::GateOpener open_gate;
  base::Egress* const egress;
  base::PluginModels* const models;

  /// `text` with every secret and config var value in it blotted out.
  [[nodiscard]] std::string without_secrets(std::string text) const;

 private:
  std::vector<std::string> secret_values_;
};

/// The capabilities a manifest may ask for, without their details.
[[nodiscard]] const std::vector<std::string>& known_services();
/// "collet.exec/1" for "exec"; "" for an unknown one.
[[nodiscard]] std::string_view service_id(std::string_view service);
/// The C table of a service id; NULL when unknown. Whether the instance was
/// granted it is for the caller to check.
[[nodiscard]] const void* service_table(std::string_view id);

}  // namespace collet::services
