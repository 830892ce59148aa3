// What the command line needs from the rest of the program. main.cpp fills it, so
// that the commands depend on no server, sandbox or model code.
#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/http_client.hpp"
#include "collet/json.hpp"
#include "collet/result.hpp"
#include "config/settings.hpp"

namespace boost::asio {
class io_context;
}

namespace collet::cli {

/// A server that accepts requests. Destroying it stops it.
class RunningServer {
 public:
  virtual ~RunningServer() = default;
  [[nodiscard]] virtual std::uint16_t port() const = 0;
  [[nodiscard]] virtual std::string url() const = 0;  ///< "http://127.0.0.1:8080", no '/' at the end.
  [[nodiscard]] virtual std::string key() const = 0;  ///< The first of settings.auth.keys.
  /// Begins the graceful stop; returns at once. [any-thread] Idempotent.
  virtual void request_stop() = 0;
  /// Blocks until the server has stopped. @return the exit code, 0 when it stopped in order.
  virtual int wait() = 0;
};

/// One thing that `doctor` looked at.
struct DoctorCheck {
  std::string name;
  bool ok = false;
  std::string detail;  ///< What was seen.
  std::string remedy;  ///< What to do; "" when ok.
};

/// Where a download is.
struct PullStep {
  std::string step;     ///< One word: downloading, checking, ...
  std::string file;     ///< "" where it concerns none.
  std::string message;  ///< A sentence worth keeping on the screen, or "".
  std::int64_t bytes_done = 0;
  std::int64_t bytes_total = 0;  ///< 0: unknown.
  int percent = -1;              ///< Of work that is not counted in bytes.
};
/// False gives up; what was fetched is kept.
using PullProgressFn = std::function<bool(const PullStep&)>;

/// The files of one embedded model. All block; each answers an object to be shown
/// as it is. An empty function: not built in.
struct ModelHooks {
  std::function<Result<Value>(const config::ModelSettings&, const PullProgressFn&)> pull;
  std::function<Result<Value>(const config::ModelSettings&, const PullProgressFn&)> build_runtime;
  std::function<Result<Value>(const config::ModelSettings&)> status;  ///< With `complete`: true or false.
  std::function<Result<Value>(const config::ModelSettings&)> remove;
};

/// What boxes have left to be shown to others. All block.
struct PackageHooks {
  std::function<Value(const config::Settings&)> list;  ///< Array: label, bytes, files, made_at_s, used_at_s, key.
  /// Removes those unused for some minutes, until `bytes_max` are left; what was removed.
  std::function<Value(const config::Settings&, std::uint64_t bytes_max)> prune;
};

/// Words of the served API that this folder does not know.
struct Dialect {
  std::string agents_path;  ///< Path of the agents endpoint.
  std::string tool_type;    ///< `type` of a tool without a namespace ...
  std::string namespaced_tool_type;  ///< ... and of one with it.
};

struct Hooks {
  std::function<Result<std::unique_ptr<RunningServer>>(config::Settings)> start_server;
  std::function<std::unique_ptr<base::HttpClient>(boost::asio::io_context&)> make_http_client;
  std::function<std::vector<DoctorCheck>(const config::Settings&)> doctor_checks;
  std::function<Result<Value>(const std::string& path)> inspect_plugin;
  ModelHooks model;
  PackageHooks packages;
  Dialect dialect;
  std::FILE* out = stdout;
  std::FILE* err = stderr;
};

}  // namespace collet::cli
