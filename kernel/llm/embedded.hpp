// A model that this server runs itself, as a child process on loopback.
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "base/cancel.hpp"
#include "collet/result.hpp"
#include "config/settings.hpp"
#include "llm/embedded_scripts.hpp"
#include "llm/embedded_status.hpp"

namespace collet::llm {

/// When a child that ended is started again.
struct RestartPolicy {
  std::int64_t first_ms = 200;       ///< Doubled with each further end ...
  std::int64_t max_ms = 60'000;      ///< ... up to this,
  std::int64_t stable_ms = 60'000;   ///< and forgotten after so long in service.
  int quiet_restarts_max = 2;        ///< So often requests wait instead of failing.
};

/// Who asks: while a warm-up reads the prompts, requests wait; they would read the
/// same again, and both at half the speed.
enum class Caller { request, warmup };

/// One per configured embedded model and process. [any-thread]
/// One thread of its own keeps one child: it fetches what is missing, starts the
/// runtime, watches it and starts it again. Everything it started ends with it, and
/// with this process however that ends.
class EmbeddedModel {
 public:
  EmbeddedModel(config::ModelSettings settings, ModelScripts scripts, RestartPolicy policy = {});
  ~EmbeddedModel();  ///< stop()s; before the io_contexts of waiting calls go.
  EmbeddedModel(const EmbeddedModel&) = delete;
  EmbeddedModel& operator=(const EmbeddedModel&) = delete;

  /// Begins in the background. Idempotent; anew after stop().
  void start();
  /// Waits until the model answers; start()s it where that was never asked for.
  /// @param io the context this coroutine runs on.
  /// @return the URL up to and including /v1.
  /// @error unavailable (not ready within embedded.ready_wait_ms, with how far it
  /// is; or it cannot run, with why), cancelled or timeout (as `cancel` says).
  boost::asio::awaitable<Result<std::string>> base_url(boost::asio::io_context& io, base::CancelToken cancel,
                                                       Caller caller = Caller::request);
  /// After each start the model is `warming` until warmed() says otherwise. Before start().
  void expect_warmup() { expects_warmup_ = true; }
  /// @param start the EmbeddedStatus::starts that is warm now; an older one is ignored.
  void warmed(int start);
  [[nodiscard]] EmbeddedStatus status() const;
  /// Ends the child and everything below it, and waits until they are gone.
  void stop();

  /// What the child asks of everybody who talks to it (Authorization: Bearer): its
  /// port is open to every user of this machine. Made anew by each process.
  [[nodiscard]] const std::string& api_key() const { return api_key_; }
  [[nodiscard]] const config::ModelSettings& settings() const { return settings_; }

 private:
  using Clock = std::chrono::steady_clock;
  struct Waiter;
  class Registration;
  enum class Ending { stopped, retry, give_up };

  void run();
  Ending run_child();
  void begin();
  void start_first_time();
  void fall(std::string reason);
  void log_event(const Value& event);
  bool sleep_before_retry(int attempt);
  void change(EmbeddedStatus status);
  void take(const Value& event);
  void wake_waiters();  ///< Under mutex_.
  [[nodiscard]] std::vector<std::string> command() const;
  [[nodiscard]] std::vector<std::string> environment() const;
  [[nodiscard]] std::optional<Result<std::string>> verdict(Caller caller) const;

  const config::ModelSettings settings_;
  const ModelScripts scripts_;
  const RestartPolicy policy_;
  const std::string api_key_;

  std::mutex control_;  ///< start() and stop(), one at a time.
  bool asked_ = false;  ///< Either was called.
  bool expects_warmup_ = false;
  std::thread thread_;
  int wake_fd_ = -1;    ///< Readable: stop.

  // only the thread uses these
  int quick_ends_ = 0;               ///< In a row.
  Clock::time_point ready_since_{};  ///< None: not in service.
  Clock::time_point next_progress_log_{};

  mutable std::mutex mutex_;  ///< What follows.
  EmbeddedStatus status_;
  std::list<Waiter*> waiters_;
};

}  // namespace collet::llm
