// The server that a command talks to: the one at COLLET_URL, or one of its own.
#pragma once

#include <memory>
#include <string>

#include "cli/client.hpp"
#include "cli/console.hpp"
#include "cli/hooks.hpp"

namespace collet::cli {

struct SessionOptions {
  std::string config_file;  ///< For a server of its own; "": see load_settings().
  bool needs_models = false;
};

/// The settings of `file`, else of COLLET_CONFIG, else the built-in ones.
[[nodiscard]] Result<config::Settings> load_settings(const std::string& file);

class Session {
 public:
  /// Says on the console why it failed. @return null then, with `exit_code` set.
  static std::unique_ptr<Session> open(const Hooks& hooks, Console& console, const SessionOptions& options, int& exit_code);
  ~Session();

  [[nodiscard]] Client& client() { return *client_; }
  /// True when the server was started for this command.
  [[nodiscard]] bool own() const { return server_ != nullptr; }

 private:
  Session() = default;

  std::unique_ptr<RunningServer> server_;
  std::unique_ptr<Client> client_;
};

}  // namespace collet::cli
