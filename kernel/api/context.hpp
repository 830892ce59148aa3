// What the handlers of one I/O thread work with. Built by server.cpp.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "config/settings.hpp"
#include "llm/provider.hpp"
#include "plugin/invoke.hpp"
#include "policy/rate_limiter.hpp"

namespace collet::api {

/// Shares its bytes with the store.
struct StoredBlob {
  std::shared_ptr<const std::string> data;
  std::string mime;
  std::string name;
};

/// Shared by all threads; set once at start, but for `draining`.
struct Shared {
  config::Settings settings;
  policy::RateLimiter rates;
  std::atomic<bool> draining{false};
  std::function<std::shared_ptr<const plugin::Snapshot>()> tools;
  std::function<std::vector<plugin::PluginStatus>()> plugin_statuses;
  /// What stands in the way of answering well, "" if nothing: for /readyz.
  std::function<std::vector<std::pair<std::string, std::string>>()> readiness;
  std::function<std::string()> metrics;  ///< Prometheus text.
  /// Data that a tool put aside in a call of `caller`. Null: none, or somebody else's.
  std::function<std::shared_ptr<const StoredBlob>(std::string_view id, std::string_view caller)> blob;
  std::string public_url;
  std::int64_t started_at = 0;  ///< Unix seconds.
};

/// One I/O thread's view. [request-thread]
struct Context {
  boost::asio::io_context& io;
  Shared& shared;
  std::map<std::string, std::unique_ptr<llm::Provider>> models;  ///< By model id.
};

}  // namespace collet::api
