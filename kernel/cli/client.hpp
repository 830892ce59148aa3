// Requests to a server, one at a time, for code that may block.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/http_client.hpp"
#include "cli/hooks.hpp"
#include "collet/json.hpp"
#include "collet/result.hpp"

namespace collet::cli {

struct StreamEvents {
  std::function<void(const base::HttpHead&)> head;  ///< Of a good answer.
  std::function<void(std::string_view name, std::string_view data)> event;
  std::function<void()> tick;  ///< Every 100 ms; empty: never.
};

class Client {
 public:
  /// @param url of the server, without /v1. @param key "" sends none.
  Client(const Hooks& hooks, std::string url, std::string key);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// @return the answer's JSON. @error what the server said ("401: ..."), or why
  /// it could not be asked; cancelled.
  [[nodiscard]] Result<Value> get(std::string_view path);
  [[nodiscard]] Result<Value> post(std::string_view path, const Value& body);
  /// A post that is answered by server-sent events; returns at their end.
  /// @error as post(); closed: the stream ended before its `done`.
  [[nodiscard]] Result<void> stream(std::string_view path, const Value& body, const StreamEvents& events);
  /// Ends the request under way, and every later one, with `cancelled`. [any-thread]
  void cancel();
  /// x-collet-warning of the last answer, or "".
  [[nodiscard]] const std::string& warning() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace collet::cli
