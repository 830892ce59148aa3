// Work folders that outlive a call: those of an agent run, and those that a caller names.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include <boost/asio/io_context.hpp>

#include "base/run_scope.hpp"
#include "collet/result.hpp"
#include "config/settings.hpp"
#include "sandbox/sandbox.hpp"

namespace collet::services {

struct SessionName {
  std::string instance;  ///< Of the plugin: each has its own.
  std::string caller;
  std::string name;      ///< "": the session of `run`.
  std::shared_ptr<base::RunScope> run;
};

class SessionStore;

/// One call's hold on a session, which does not grow idle meanwhile.
struct SessionUse {
  std::shared_ptr<sandbox::WorkFolder> folder;
  std::shared_ptr<void> end;  ///< Tells the store.
};

/// [any-thread]
class SessionStore : public std::enable_shared_from_this<SessionStore> {
 public:
  SessionStore(sandbox::Sandbox& sandbox, const config::SandboxSettings& settings);

  /// The session of that name, begun if there is none.
  /// @param io where its idle time is watched. @error limit, unavailable
  [[nodiscard]] Result<std::shared_ptr<SessionUse>> open(const SessionName& name, boost::asio::io_context& io);
  /// Named ones.
  [[nodiscard]] std::size_t count() const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Session {
    std::shared_ptr<sandbox::WorkFolder> folder;
    Clock::time_point begun;
    Clock::time_point used;
    int uses = 0;
  };
  [[nodiscard]] Result<std::shared_ptr<SessionUse>> open_named(const std::string& key, boost::asio::io_context& io);
  [[nodiscard]] Clock::time_point end_of(const Session& session) const;
  void on_use_over(const std::string& key, boost::asio::io_context& io);
  void watch(boost::asio::io_context& io);
  void end_idle();

  sandbox::Sandbox& sandbox_;
  const std::chrono::seconds idle_max_;
  const std::chrono::seconds age_max_;
  mutable std::mutex mutex_;
  std::map<std::string, Session> sessions_;
  bool is_watched_ = false;
};

}  // namespace collet::services
