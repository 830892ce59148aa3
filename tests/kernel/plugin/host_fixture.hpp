// A PluginHost with one I/O thread and a scripted sandbox.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <unistd.h>

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include "base/io_threads.hpp"
#include "base/worker_pool.hpp"
#include "plugin/host.hpp"
#include "plugin/invoke.hpp"
#include "sandbox/sandbox.hpp"
#include "services/services.hpp"

namespace collet::test {

/// Answers runs from a script; a held run ends when it is cancelled.
class ScriptedSandbox final : public sandbox::Sandbox {
 public:
  std::function<sandbox::BoxResult(const sandbox::BoxSpec&)> answer;
  bool hold = false;
  std::vector<sandbox::BoxSpec> seen;
  std::string output;  ///< Sent as live output of each run.

  void run(boost::asio::io_context& io, sandbox::BoxSpec spec, sandbox::OutputFn live, sandbox::DoneFn done,
           base::CancelToken cancel) override {
    seen.push_back(spec);
    if (live && !output.empty()) live(1, output);
    if (hold) {
      auto end = std::make_shared<sandbox::DoneFn>(std::move(done));
      held_.push_back(cancel.on_cancel([end] {
        sandbox::BoxResult result;
        result.outcome = sandbox::Outcome::cancelled;
        (*end)(result);
      }));
      return;
    }
    boost::asio::post(io, [done = std::move(done), result = answer ? answer(spec) : sandbox::BoxResult{}] { done(result); });
  }
  Result<std::shared_ptr<sandbox::WorkFolder>> make_work_folder() override { return Error{Errc::unavailable, "no boxes here"}; }
  std::vector<sandbox::Check> probe() override { return {}; }
  const std::string& unavailable_reason() const override { return reason_; }

 private:
  std::string reason_;
  std::vector<base::CancelToken::Registration> held_;
};

/// A folder that goes with its owner.
class TempFolder {
 public:
  TempFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "collet-test-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }
  /// Puts a copy of `file` in here, owner-writable only.
  std::string add(const std::string& file, std::string name = {}) const {
    const std::filesystem::path to = std::filesystem::path(path_) / (name.empty() ? std::filesystem::path(file).filename().string() : name);
    std::filesystem::copy_file(file, to, std::filesystem::copy_options::overwrite_existing);
    std::filesystem::permissions(to, std::filesystem::perms(0644));
    return to.string();
  }

 private:
  std::string path_;
};

inline constexpr std::chrono::seconds kPatience{110};

/// A call under way, its progress, and its outcome once it is there.
struct Pending {
  std::shared_ptr<plugin::RunningCall> call;
  std::future<plugin::CallOutcome> outcome;
  std::future<void> first_progress;
  std::shared_ptr<std::vector<plugin::CallProgress>> progress = std::make_shared<std::vector<plugin::CallProgress>>();
};

class PluginHostTest : public ::testing::Test {
 protected:
  PluginHostTest() : io_(1) {
    settings_.plugins.dir = "";  // not the folder that happens to be here
    settings_.limits.cancel_grace_ms = 100;
    settings_.limits.shutdown_grace_ms = 5'000;
    io_.start();
  }
  ~PluginHostTest() override {
    if (host_) host_->shutdown();
    io_.stop();
  }

  /// The sandbox that load() hands to the services.
  virtual sandbox::Sandbox& box() { return sandbox_; }

  /// Loads the plugins of one folder as if they were shipped.
  void load(const std::string& shipped_dir) {
    workers_ = std::make_unique<base::WorkerPool>(settings_.limits.worker_threads, settings_.limits.worker_queue_max);
    services_ = std::make_shared<services::Services>(settings_, box());
    plugin::PluginHostOptions options;
    options.shipped_dir = shipped_dir;
    options.copies_dir = copies_.path();
    host_ = std::make_unique<plugin::PluginHost>(settings_, services_, *workers_, options);
    const auto loaded = host_->load();
    ASSERT_TRUE(loaded.ok()) << loaded.error().message;
  }

  plugin::ToolPtr tool(std::string_view name) {
    auto found = host_->snapshot()->find(name);
    EXPECT_TRUE(found.ok()) << (found ? "" : found.error().message) << "\n" << report();
    return found ? *found : nullptr;
  }

  Pending start(std::string_view name, std::string arguments, plugin::CallFacts facts = {}) {
    Pending pending;
    const auto tool_found = tool(name);
    if (!tool_found) return pending;
    const auto promise = std::make_shared<std::promise<plugin::CallOutcome>>();
    pending.outcome = promise->get_future();
    if (facts.tool_name.empty()) facts.tool_name = name;
    if (facts.timeout_ms == 0) facts.timeout_ms = 20'000;
    plugin::CallEvents events;
    events.done = [promise](plugin::CallOutcome outcome) { promise->set_value(std::move(outcome)); };
    const auto first = std::make_shared<std::promise<void>>();
    pending.first_progress = first->get_future();
    events.progress = [seen = pending.progress, first](plugin::CallProgress progress) {
      if (seen->empty()) first->set_value();
      seen->push_back(std::move(progress));
    };
    std::promise<std::shared_ptr<plugin::RunningCall>> begun;
    boost::asio::post(io_.context(0), [&] {
      begun.set_value(plugin::start_call(io_.context(0), tool_found, std::move(facts), std::move(arguments), std::move(events)));
    });
    pending.call = begun.get_future().get();
    return pending;
  }

  static plugin::CallOutcome wait(Pending& pending) {
    if (!pending.outcome.valid() || pending.outcome.wait_for(kPatience) != std::future_status::ready) {
      ADD_FAILURE() << "the call did not end within 110 s";
      return {Error{Errc::internal, "no outcome"}};
    }
    return pending.outcome.get();
  }

  plugin::CallOutcome call(std::string_view name, std::string arguments, plugin::CallFacts facts = {}) {
    Pending pending = start(name, std::move(arguments), std::move(facts));
    return wait(pending);
  }

  /// "text" of each content, or "error: message"; "isError" in front of failures.
  static std::string show(const plugin::CallOutcome& outcome) {
    std::string out = outcome.is_error ? "isError " : "";
    for (const auto& content : outcome.contents) out += content.data;
    if (!outcome.status) out += "[" + std::string(name(outcome.status.error().code)) + ": " + outcome.status.error().message + "]";
    return out;
  }

  [[nodiscard]] std::string report() const {
    std::string out;
    for (const auto& status : host_->statuses()) {
      out += status.state + " " + std::filesystem::path(status.file).filename().string() + " " + status.instance + ": " + status.reason + "\n";
    }
    return out;
  }

  /// Runs what waits on the I/O thread, then returns.
  void settle() {
    std::promise<void> done;
    boost::asio::post(io_.context(0), [&] { done.set_value(); });
    done.get_future().wait();
  }

  /// As the I/O thread sees it, so that nothing is read while it writes.
  std::size_t boxes_seen() {
    std::promise<std::size_t> count;
    boost::asio::post(io_.context(0), [&] { count.set_value(sandbox_.seen.size()); });
    return count.get_future().get();
  }

  TempFolder copies_;
  config::Settings settings_;
  ScriptedSandbox sandbox_;
  base::IoThreads io_;
  std::unique_ptr<base::WorkerPool> workers_;
  std::shared_ptr<services::Services> services_;
  std::unique_ptr<plugin::PluginHost> host_;
};

}  // namespace collet::test
