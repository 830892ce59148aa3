// The launcher as the server holds it.
#pragma once

#include <memory>
#include <string>

#include <sys/types.h>

#include "collet/result.hpp"
#include "config/settings.hpp"
#include "sandbox/fd.hpp"
#include "sandbox/wire.hpp"

namespace collet::sandbox {

class LauncherProcess {
 public:
  /// Starts the program and waits for its Ready message, at most five seconds.
  /// The message may say that this host cannot isolate: that is not an error here.
  /// @error not_found (no such program), unavailable (it does not answer).
  [[nodiscard]] static Result<std::unique_ptr<LauncherProcess>> start(const config::SandboxSettings& settings);
  LauncherProcess(const LauncherProcess&) = delete;
  ~LauncherProcess() { end(); }
  /// Ends it with all its boxes and waits for that. Idempotent.
  void end();
  /// It has closed its side: dead, or about to be. [any-thread]
  [[nodiscard]] bool is_gone() const;

  /// Sends a RunRequest or CollectRequest; [any-thread]. errno, 0 when it went out.
  template <class Request>
  [[nodiscard]] int send(const Request& request, std::span<const int> fds) const {
    return send_message(control_.get(), {reinterpret_cast<const char*>(&request), sizeof request}, fds);
  }
  [[nodiscard]] const wire::Ready& ready() const { return ready_; }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  LauncherProcess(std::string path, pid_t pid, UniqueFd control) : path_(std::move(path)), pid_(pid), control_(std::move(control)) {}
  [[nodiscard]] Result<void> shake_hands(const config::SandboxSettings& settings);

  std::string path_;
  pid_t pid_;
  UniqueFd control_;
  wire::Ready ready_;
};

}  // namespace collet::sandbox
