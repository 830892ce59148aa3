// What the fake host knows; shared by its parts.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "collet/str.hpp"
#include "collet/testing/fake_host.hpp"

namespace collet::testing {

using Clock = std::chrono::steady_clock;

struct FakeCall::State {
  FakeHost::State* host = nullptr;
  std::uint64_t id = 0;
  FakeCallOptions options;
  std::string tool, arguments;
  collet_call_info info = {};
  std::uint32_t effects = 0;
  Clock::time_point deadline;
  std::atomic<bool> stop = false;
  std::mutex mutex;
  std::condition_variable changed;
  bool finished = false;
  std::uint64_t output_bytes = 0;
  FakeResult result;
};

struct FakeHost::State {
  explicit State(FakeHost& fake) : owner(fake) {}
  [[nodiscard]] std::shared_ptr<FakeCall::State> find(std::uint64_t id);
  /// Runs `job` on a thread that is joined when the host goes.
  void run_later(std::function<void()> job);
  void join();

  FakeHost& owner;
  Options options;
  collet_host host = {};
  collet_plugin plugin = {};
  void* instance = nullptr;
  std::map<std::string, std::uint32_t> effects;  ///< By tool name.

  std::mutex mutex;
  std::map<std::uint64_t, std::shared_ptr<FakeCall::State>> calls;
  std::uint64_t last_id = 0;
  std::vector<std::thread> threads;
  std::vector<std::string> log_lines;
  std::map<std::string, KvEntry> kv;
  std::uint64_t kv_version = 0;
  std::map<std::string, Blob> blobs;
  std::uint64_t last_blob = 0;
  std::vector<std::string> metrics;
};

[[nodiscard]] inline FakeHost::State& state_of(collet_call call) {
  return *static_cast<FakeHost::State*>(const_cast<void*>(call.host));
}
/// The running call, null for id 0. @return CLOSED for one that is over, DENIED
/// for a tool whose effects lack `effect`.
[[nodiscard]] collet_status authorize(collet_call call, std::uint32_t effect,
                                      std::shared_ptr<FakeCall::State>& state);
[[nodiscard]] inline std::vector<std::string> to_texts(const collet_str* texts, std::uint32_t count) {
  std::vector<std::string> out;
  for (std::uint32_t i = 0; i < count; ++i) out.emplace_back(to_view(texts[i]));
  return out;
}
/// The table of a service id, or NULL.
[[nodiscard]] const void* fake_service(std::string_view id);
[[nodiscard]] const void* fake_model_service(std::string_view id);

}  // namespace collet::testing
