// The scripted model server inside a test: starts with the object, ends with it.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "support/scripted_server.hpp"

namespace collet::testing {

/// A server on a free loopback port, with a thread of its own.
class ScriptedModel {
 public:
  /// @param scenarios JSON text, see parse_scenarios(); throws when it is wrong.
  explicit ScriptedModel(std::string_view scenarios);
  ~ScriptedModel();
  ScriptedModel(const ScriptedModel&) = delete;
  ScriptedModel& operator=(const ScriptedModel&) = delete;

  /// "http://127.0.0.1:PORT/v1"
  [[nodiscard]] std::string base_url() const;
  /// All requests so far. [any-thread]
  [[nodiscard]] std::vector<ScriptedRequest> requests() const;

 private:
  boost::asio::io_context io_{1};
  mutable std::mutex mutex_;
  std::vector<ScriptedRequest> requests_;
  std::unique_ptr<ScriptedServer> server_;
  std::thread thread_;
};

}  // namespace collet::testing
