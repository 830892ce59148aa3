#include "server.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "agent/machine.hpp"
#include "api/plugin_models.hpp"
#include "api/context.hpp"
#include "api/models.hpp"
#include "api/router.hpp"
#include "base/ids.hpp"
#include "base/io_threads.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "base/worker_pool.hpp"
#include "llm/embedded.hpp"
#include "llm/factory.hpp"
#include "net/gate.hpp"
#include "net/egress.hpp"
#include "net/http_client.hpp"
#include "net/server.hpp"
#include "plugin/host.hpp"
#include "sandbox/privileges.hpp"
#include "sandbox/sandbox.hpp"
#include "services/services.hpp"
#include "warmup.hpp"

namespace collet {
namespace {

std::size_t io_thread_count(const config::ServerSettings& settings) {
  if (settings.io_threads > 0) return static_cast<std::size_t>(settings.io_threads);
  return std::max(1u, std::thread::hardware_concurrency());
}

// A server started as root needs that only for its sandbox launcher.
Result<void> become_user(const std::string& configured) {
  if (geteuid() != 0 || configured.empty()) return {};
  const bool is_auto = configured == "auto";
  auto dropped = sandbox::drop_privileges(is_auto ? "collet" : configured);
  if (dropped) return dropped;
  if (is_auto && dropped.error().code == Errc::not_found) {
    base::log_warn("the server goes on as root; make a user named collet, or set server.user");
    return {};
  }
  return Error{dropped.error().code, "server.user: " + dropped.error().message};
}

std::shared_ptr<const api::StoredBlob> find_blob(services::Services& services, std::string_view id, std::string_view caller) {
  const auto blob = services.blobs.find(id);
  if (!blob || blob->caller.empty() || blob->caller != caller) return nullptr;
  return std::make_shared<api::StoredBlob>(api::StoredBlob{{blob, &blob->data}, blob->mime, blob->name});
}

// The members stand in the order of their construction; each may use those above.
class Server final : public cli::RunningServer {
 public:
  explicit Server(config::Settings settings)
      : sandbox_(sandbox::Sandbox::start(settings.sandbox)),
        became_user_(become_user(settings.server.user)),
        io_(io_thread_count(settings.server)),
        workers_(static_cast<std::size_t>(settings.limits.worker_threads),
                 static_cast<std::size_t>(settings.limits.worker_queue_max)),
        egress_(net::make_egress(settings.egress)),
        services_(std::make_shared<services::Services>(settings, *sandbox_, net::open_gate, egress_.get(), &plugin_models_)),
        plugins_(settings, services_, workers_) {
    shared_.settings = std::move(settings);
  }

  ~Server() override {
    request_stop();
    if (started_) wait();
  }

  Result<void> start() {
    if (!became_user_) return became_user_;
    auto loaded = plugins_.load();
    if (!loaded) return loaded;
    fill_shared();
    auto models = start_models();
    if (!models) return models;
    std::vector<base::RequestHandler> handlers;
    for (auto& context : contexts_) handlers.push_back(api::make_handler(*context));
    auto listening = net::Server::start(io_, shared_.settings.server, shared_.settings.limits, std::move(handlers));
    if (!listening) return std::move(listening).error();
    net_ = std::move(listening).value();
    shared_.public_url = shared_.settings.server.public_url.empty() ? url() : shared_.settings.server.public_url;
    io_.start();
    started_ = true;
    base::log_info("the server is ready", {{"url", url()}, {"tools", static_cast<std::int64_t>(plugins_.snapshot()->tools().size())}});
    return {};
  }

  std::uint16_t port() const override { return net_->port(); }

  std::string url() const override {
    const bool tls = !shared_.settings.server.tls.cert.empty();
    return (tls ? "https://" : "http://") + net_->address();
  }

  std::string key() const override {
    const auto& keys = shared_.settings.auth.keys;
    return keys.empty() ? std::string() : keys.front().key;
  }

  void request_stop() override {
    {
      const std::scoped_lock lock(mutex_);
      stop_requested_ = true;
    }
    wake_.notify_all();
  }

  int wait() override {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return stop_requested_; });
    if (stopped_) return exit_code_;
    stopped_ = true;
    lock.unlock();
    exit_code_ = drain() ? 0 : 1;
    return exit_code_;
  }

 private:
  void fill_shared() {
    shared_.started_at = base::unix_seconds();
    shared_.tools = [this] { return plugins_.snapshot(); };
    shared_.plugin_statuses = [this] { return plugins_.statuses(); };
    shared_.metrics = [this] { return services_->metrics.collect(); };
    shared_.blob = [this](std::string_view id, std::string_view caller) { return find_blob(*services_, id, caller); };
    shared_.readiness = [this] { return waiting_for(); };
  }

  std::vector<std::pair<std::string, std::string>> waiting_for() const {
    std::vector<std::pair<std::string, std::string>> parts;
    for (const auto& [id, model] : embedded_) {
      const llm::EmbeddedStatus status = model->status();
      const bool waits_for_use = status.state == llm::EmbeddedState::stopped;
      if (status.state != llm::EmbeddedState::ready && !waits_for_use) parts.emplace_back("model " + id, llm::describe(status));
    }
    if (auto reason = sandbox_->present_reason(); !reason.empty()) parts.emplace_back("sandbox", std::move(reason));
    return parts;
  }

  Result<void> start_models() {
    for (const auto& model : shared_.settings.models) {
      if (model.provider != "embedded") continue;
      auto scripts = llm::find_model_scripts();
      if (!scripts) return std::move(scripts).error();
      const auto child = embedded_.emplace(model.id, std::make_unique<llm::EmbeddedModel>(model, *scripts)).first;
      if (is_warmed(model)) child->second->expect_warmup();
      // Embeddings are rarely asked for: that child starts with its first request.
      if (api::has_type(model, "text-to-text")) child->second->start();
    }
    for (std::size_t i = 0; i < io_.size(); ++i) {
      auto made = make_context(io_.context(i));
      if (!made) return made;
    }
    start_warmups();
    return {};
  }

  void start_warmups() {
    for (const auto& model : shared_.settings.models) {
      const auto child = embedded_.find(model.id);
      if (child == embedded_.end() || !is_warmed(model)) continue;
      auto tools = tools_to_warm(model.embedded.prewarm_tools);
      auto provider = llm::make_warmup_provider(model, *clients_.front(), io_.context(0), *child->second);
      warmups_.push_back(std::make_unique<Warmup>(io_.context(0), *clients_.front(), *child->second,
                                                  std::move(provider), book_of(model.id), std::move(tools)));
      warmups_.back()->start();
    }
  }

  std::shared_ptr<llm::ExampleBook> book_of(const std::string& model) {
    auto& book = books_[model];
    if (!book) book = std::make_shared<llm::ExampleBook>();
    return book;
  }

  static bool is_warmed(const config::ModelSettings& model) {
    return !model.embedded.prewarm_tools.empty() && api::has_type(model, "text-to-text");
  }

  // As a request without tool_params would offer them.
  std::vector<llm::ToolSpec> tools_to_warm(const std::vector<std::string>& globs) const {
    std::vector<llm::ToolSpec> specs;
    for (const auto& tool : plugins_.snapshot()->tools()) {
      if (std::none_of(globs.begin(), globs.end(), [&](const auto& glob) { return base::glob_matches(glob, tool->info.full_name()); })) continue;
      const auto offer = plugin::make_offer(tool, tool->info.full_name(), Value(), "");
      if (offer) specs.push_back(agent::tool_spec(*offer));
    }
    return specs;
  }

  Result<void> make_context(boost::asio::io_context& io) {
    net::HttpClientOptions options;
    options.user_agent = "collet";
    clients_.push_back(net::make_http_client(io, std::move(options)));
    auto context = std::make_unique<api::Context>(io, shared_);
    for (const auto& model : shared_.settings.models) {
      const auto child = embedded_.find(model.id);
      llm::EmbeddedModel* embedded = child == embedded_.end() ? nullptr : child->second.get();
      auto provider = llm::make_provider(model, *clients_.back(), io, embedded, book_of(model.id));
      if (!provider) return std::move(provider).error();
      context->models.emplace(model.id, std::move(provider).value());
    }
    plugin_models_.add(*context);
    contexts_.push_back(std::move(context));
    return {};
  }

  // Streams may finish within the grace; then they are cut. False: something hung.
  bool drain() {
    const config::LimitSettings& limits = shared_.settings.limits;
    shared_.draining = true;
    net_->stop_accepting();
    base::log_info("stopping", {{"active_requests", static_cast<std::int64_t>(net_->active_requests())}});
    for (auto& warmup : warmups_) warmup->stop();
    const bool finished = wait_until_idle(limits.shutdown_grace_ms);
    if (!finished) net_->end_requests(Error{Errc::closed, "the server is shutting down; ask again later"});
    const bool idle = finished || wait_until_idle(limits.cancel_grace_ms + 1'000);
    net_->close_all();
    const bool plugins_ended = plugins_.shutdown();
    for (auto& [id, model] : embedded_) model->stop();
    io_.stop();
    if (!plugins_ended) leave_a_stuck_plugin();
    if (!idle) base::log_error("requests were still running at the end", {{"count", static_cast<std::int64_t>(net_->active_requests())}});
    return idle;
  }

  // Its thread never returns, so nothing here can be taken apart in order. The
  // boxes end with the launcher, which ends with this process.
  [[noreturn]] static void leave_a_stuck_plugin() {
    base::log_error("a plugin did not return; leaving without it", {});
    ::_exit(1);
  }

  bool is_busy() const {
    return net_->active_requests() > 0 ||
           std::any_of(warmups_.begin(), warmups_.end(), [](const auto& warmup) { return !warmup->done(); });
  }

  bool wait_until_idle(std::int64_t timeout_ms) const {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
    while (is_busy()) {
      if (std::chrono::steady_clock::now() >= deadline) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return true;
  }

  std::unique_ptr<sandbox::Sandbox> sandbox_;  // first: its launcher is forked before any thread
  Result<void> became_user_;  // before any thread, since each has a uid of its own
  base::IoThreads io_;
  base::WorkerPool workers_;
  std::unique_ptr<base::Egress> egress_;
  api::ServerModels plugin_models_;
  std::shared_ptr<services::Services> services_;
  plugin::PluginHost plugins_;
  api::Shared shared_;
  std::map<std::string, std::unique_ptr<llm::EmbeddedModel>> embedded_;
  std::map<std::string, std::shared_ptr<llm::ExampleBook>> books_;
  std::vector<std::unique_ptr<base::HttpClient>> clients_;
  std::vector<std::unique_ptr<api::Context>> contexts_;
  std::vector<std::unique_ptr<Warmup>> warmups_;
  std::unique_ptr<net::Server> net_;

  std::mutex mutex_;
  std::condition_variable wake_;
  bool stop_requested_ = false;
  bool stopped_ = false;
  bool started_ = false;
  int exit_code_ = 0;
};

}  // namespace

Result<std::unique_ptr<cli::RunningServer>> start_server(config::Settings settings) {
  auto logging = base::log_init(settings.log);
  if (!logging) return std::move(logging).error();
  auto server = std::make_unique<Server>(std::move(settings));
  auto started = server->start();
  if (!started) return std::move(started).error();
  return std::unique_ptr<cli::RunningServer>(std::move(server));
}

}  // namespace collet
