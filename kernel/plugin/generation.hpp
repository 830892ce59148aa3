// One loaded version of one configured plugin instance.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/worker_pool.hpp"
#include "collet/abi.h"
#include "collet/json.hpp"
#include "collet/result.hpp"
#include "collet/sized.hpp"
#include "plugin/invoke.hpp"
#include "plugin/library.hpp"
#include "plugin/tool_reader.hpp"
#include "services/origin.hpp"

namespace collet::plugin {

class HostSide;

struct GenerationOptions {
  std::string instance;  ///< Configured name.
  Value config;          ///< An object.
  std::vector<std::string> capabilities;
  std::shared_ptr<services::Services> services;
  base::WorkerPool* workers = nullptr;
  std::int64_t cancel_grace_ms = 2'000;
  int stuck_calls_max = 3;
};

/// Calls hold it, so a generation that was replaced ends with its last call.
class Generation : public std::enable_shared_from_this<Generation> {
 public:
  /// @error what the plugin gave as the reason, or invalid configuration.
  /// [control]
  static Result<std::shared_ptr<Generation>> create(std::shared_ptr<const Library> library,
                                                    GenerationOptions options);
  ~Generation();
  Generation(const Generation&) = delete;
  Generation& operator=(const Generation&) = delete;

  /// Asks the plugin for its tools and commands. One that is not right is refused alone.
  /// @error list_tools failed, or every tool was refused. [control]
  [[nodiscard]] Result<ListedTools> read_tools(NameTaken taken = {});

  /// No new calls; waits up to `deadline_ms` for the running ones, then destroys
  /// the instance. One with calls that do not end is left alone, for ever: then
  /// false. The I/O threads must still run. [control] The first call counts.
  bool close(std::int64_t deadline_ms);

  // For calls. [any-thread]
  [[nodiscard]] bool enter();  ///< False when closed or quarantined.
  void leave();
  void count_stuck(std::string_view tool);
  [[nodiscard]] const collet_plugin& table() const { return library_->table(); }
  [[nodiscard]] void* instance() const { return instance_; }
  [[nodiscard]] collet_call handle(std::uint64_t id) const;
  [[nodiscard]] base::WorkerPool& workers() const { return *options_.workers; }
  [[nodiscard]] std::int64_t cancel_grace_ms() const { return options_.cancel_grace_ms; }
  /// A plugin-side extension, if there is one; in our own size. `T` is its C
  /// table. Only between enter() and leave(), or [control].
  template <class T>
  [[nodiscard]] std::optional<T> extension(std::string_view id) const {
    const auto* table = static_cast<const T*>(find_extension(id));
    if (!is_whole(table)) return std::nullopt;
    return read_struct(table);
  }

  [[nodiscard]] const Manifest& manifest() const { return library_->manifest(); }
  [[nodiscard]] const std::string& name() const { return options_.instance; }
  [[nodiscard]] bool quarantined() const { return quarantined_; }
  /// Runs once, on whatever thread found the last straw. Set before any call.
  void on_quarantine(std::function<void()> callback) { on_quarantine_ = std::move(callback); }

 private:
  Generation(std::shared_ptr<const Library> library, GenerationOptions options);
  Result<void> create_instance();
  Result<void> read_commands(ToolReader& reader) const;
  [[nodiscard]] const void* find_extension(std::string_view id) const;

  const std::shared_ptr<const Library> library_;
  const GenerationOptions options_;
  HostSide* const host_side_;  ///< Never freed, see services::Origin.
  void* instance_ = nullptr;
  std::function<void()> on_quarantine_;
  std::atomic<bool> quarantined_ = false;
  std::atomic<int> stuck_calls_ = 0;
  std::mutex mutex_;
  std::condition_variable idle_;
  int calls_ = 0;
  bool closed_ = false;
};

/// Keeps a generation from being destroyed while it answers a question outside of
/// any call. False when it takes none any more.
class Visit {
 public:
  explicit Visit(Generation& generation) : generation_(generation), entered_(generation.enter()) {}
  ~Visit() {
    if (entered_) generation_.leave();
  }
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;
  explicit operator bool() const { return entered_; }

 private:
  Generation& generation_;
  const bool entered_;
};

}  // namespace collet::plugin
