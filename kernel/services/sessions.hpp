// Work folders that outlive a call: those of an agent run, and those that a caller names.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

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

/// One call's hold on a session, which does not grow idle meanwhile.
struct SessionUse {
  std::shared_ptr<sandbox::WorkFolder> folder;
  std::shared_ptr<void> end;  ///< Tells the store.
};

/// [any-thread]
class SessionStore : public std::enable_shared_from_this<SessionStore> {
 public:
  /// @param sandbox outlives the store's calls.
  [[nodiscard]] static std::shared_ptr<SessionStore> make(sandbox::Sandbox& sandbox, const config::SandboxSettings& settings);
  SessionStore(sandbox::Sandbox& sandbox, const config::SandboxSettings& settings);

  /// The session of that name, begun if there is none. Where there are too many, the one
  /// that was not used for longest makes room: of this caller, when he has his share.
  /// @param io where its idle time is watched. @error limit (all are in use), unavailable
  [[nodiscard]] Result<std::shared_ptr<SessionUse>> open(const SessionName& name, boost::asio::io_context& io);
  /// Ends the named one that was not used for longest and is not in use; false: there is none.
  bool end_least_used();
  /// Named ones.
  [[nodiscard]] std::size_t count() const;

 private:
  using Clock = std::chrono::steady_clock;
  using Folder = std::shared_ptr<sandbox::WorkFolder>;
  struct Session {
    Folder folder;
    std::string caller;
    Clock::time_point begun;
    Clock::time_point used;
    int uses = 0;
  };
  using SessionPtr = std::shared_ptr<Session>;
  [[nodiscard]] Result<Folder> make_folder();
  [[nodiscard]] Result<std::shared_ptr<SessionUse>> open_named(const SessionName& name, boost::asio::io_context& io);
  [[nodiscard]] SessionPtr find(const std::string& key);
  [[nodiscard]] bool has_share(const std::string& caller) const;
  [[nodiscard]] SessionPtr take_least_used(const std::string* caller);
  [[nodiscard]] std::shared_ptr<SessionUse> use(SessionPtr session, boost::asio::io_context& io);
  [[nodiscard]] bool is_over(const Session& session, Clock::time_point now) const;
  [[nodiscard]] std::vector<SessionPtr> take_over();
  void on_use_over(Session& session, boost::asio::io_context& io);
  void watch(boost::asio::io_context& io);

  sandbox::Sandbox& sandbox_;
  const std::chrono::seconds idle_max_;
  const std::chrono::seconds age_max_;
  const std::size_t per_caller_max_;
  mutable std::mutex mutex_;
  std::map<std::string, SessionPtr> sessions_;
  bool is_watched_ = false;
};

}  // namespace collet::services
