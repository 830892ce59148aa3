// The plugins of this server: loads them, publishes their tools, ends them.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/worker_pool.hpp"
#include "config/settings.hpp"
#include "plugin/generation.hpp"
#include "plugin/invoke.hpp"
#include "plugin/library.hpp"
#include "plugin/scan.hpp"
#include "services/services.hpp"

namespace collet::plugin {

struct PluginHostOptions {
  std::string shipped_dir = shipped_plugin_dir();
  std::string copies_dir;  ///< Parent of the private copies; "": the user's cache folder.
};

class PluginHost {
 public:
  /// @param workers must outlive this.
  PluginHost(const config::Settings& settings, std::shared_ptr<services::Services> services,
             base::WorkerPool& workers, PluginHostOptions options = {});
  ~PluginHost();  ///< shutdown().
  PluginHost(const PluginHost&) = delete;
  PluginHost& operator=(const PluginHost&) = delete;

  /// Finds and loads everything. A bad file is refused with a reason in
  /// statuses() and the log, and harms no other; so is one bad tool of a plugin. @error unavailable: no folder
  /// for the private copies can be made. [main thread, once]
  Result<void> load();

  /// The tools there are now. Never null. [any-thread]
  [[nodiscard]] std::shared_ptr<const Snapshot> snapshot() const;
  [[nodiscard]] std::vector<PluginStatus> statuses() const;

  /// No new calls; waits for the running ones up to the longer one of
  /// limits.shutdown_grace_ms and limits.cancel_grace_ms, then destroys the instances.
  /// The I/O threads must still run. Idempotent.
  /// @return false: calls of a plugin do not end. They may hold worker threads,
  /// which nobody can join then: the process has to leave by _exit.
  bool shutdown();

 private:
  struct Entry {
    PluginStatus status;
    std::shared_ptr<Generation> generation;  ///< Null when refused.
    std::vector<ToolPtr> tools;  ///< And commands.
  };
  void load_file(const FoundFile& found);
  Result<std::shared_ptr<const Library>> load_library(const FoundFile& found, PluginFile& file);
  void start_instance(const PluginStatus& base, const std::shared_ptr<const Library>& library,
                      const config::PluginInstanceSettings& instance);
  Result<Entry> make_instance(const PluginStatus& base, const std::shared_ptr<const Library>& library,
                              const config::PluginInstanceSettings& instance,
                              std::vector<Error>& refused_tools);
  [[nodiscard]] std::vector<config::PluginInstanceSettings> instances_of(const std::string& plugin_id) const;
  [[nodiscard]] Result<void> check_instance_name(const std::string& instance) const;
  /// "" for a full name that is free. Instances of one plugin share their commands.
  [[nodiscard]] std::string why_taken(const ToolInfo& info) const;
  void refuse(PluginStatus status, const Error& reason, std::string_view what = "plugin refused");
  void refuse_unknown_instances();
  void publish();

  const config::PluginSettings settings_;
  const config::LimitSettings limits_;
  const std::shared_ptr<services::Services> services_;
  base::WorkerPool& workers_;
  const PluginHostOptions options_;
  std::unique_ptr<CopyFolder> copies_;
  mutable std::mutex mutex_;  ///< Of what follows; never held while plugin code runs.
  std::vector<Entry> entries_;
  std::shared_ptr<const Snapshot> snapshot_;
};

}  // namespace collet::plugin
