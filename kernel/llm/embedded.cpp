#include "llm/embedded.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/ids.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "llm/embedded_child.hpp"
#include "llm/model_store.hpp"

namespace collet::llm {
namespace {

namespace asio = boost::asio;

constexpr std::int64_t kSilenceMarginMs = 60'000;

constexpr std::size_t kKeyDigits = 32;
constexpr std::size_t kLastWordsBytesMax = 500;
constexpr auto kProgressLogEvery = std::chrono::seconds(10);

}  // namespace

/// One base_url() that waits. Touched under mutex_, woken on its own io_context.
struct EmbeddedModel::Waiter {
  explicit Waiter(asio::io_context& io) : io(io), timer(std::make_shared<asio::steady_timer>(io)) {}
  void wake() {
    asio::post(io, [timer = timer] { timer->cancel(); });
  }
  asio::io_context& io;
  std::shared_ptr<asio::steady_timer> timer;
};

class EmbeddedModel::Registration {
 public:
  Registration(EmbeddedModel& model, Waiter& waiter) : model_(model) {
    const std::lock_guard lock(model_.mutex_);
    entry_ = model_.waiters_.insert(model_.waiters_.end(), &waiter);
  }
  ~Registration() {
    const std::lock_guard lock(model_.mutex_);
    model_.waiters_.erase(entry_);
  }
  Registration(const Registration&) = delete;
  Registration& operator=(const Registration&) = delete;

 private:
  EmbeddedModel& model_;
  std::list<Waiter*>::iterator entry_;
};

EmbeddedModel::EmbeddedModel(config::ModelSettings settings, ModelScripts scripts, RestartPolicy policy)
    : settings_(std::move(settings)), scripts_(std::move(scripts)), policy_(policy), api_key_(base::random_hex(kKeyDigits)) {}

EmbeddedModel::~EmbeddedModel() { stop(); }

void EmbeddedModel::start() {
  const std::lock_guard lock(control_);
  if (!thread_.joinable()) begin();
}

void EmbeddedModel::start_first_time() {
  const std::lock_guard lock(control_);
  if (!asked_) begin();
}

void EmbeddedModel::begin() {
  asked_ = true;
  wake_fd_ = ::eventfd(0, EFD_CLOEXEC);
  quick_ends_ = 0;
  EmbeddedStatus fresh = status();
  fresh.state = EmbeddedState::starting;
  fresh.reason.clear();
  change(std::move(fresh));
  thread_ = std::thread([this] { run(); });
}

void EmbeddedModel::stop() {
  const std::lock_guard lock(control_);
  asked_ = true;
  if (!thread_.joinable()) return;
  ::eventfd_write(wake_fd_, 1);
  thread_.join();
  thread_ = {};
  ::close(std::exchange(wake_fd_, -1));
}

EmbeddedStatus EmbeddedModel::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

void EmbeddedModel::change(EmbeddedStatus status) {
  const std::lock_guard lock(mutex_);
  status_ = std::move(status);
  wake_waiters();
}

void EmbeddedModel::wake_waiters() {
  for (auto* waiter : waiters_) waiter->wake();
}

void EmbeddedModel::warmed(int start) {
  const std::lock_guard lock(mutex_);
  if (status_.state != EmbeddedState::warming || status_.starts != start) return;
  status_.state = EmbeddedState::ready;
  wake_waiters();
}

std::vector<std::string> EmbeddedModel::command() const {
  const auto& embedded = settings_.embedded;
  auto command = script_command(scripts_, "serve.py", settings_);
  const auto add = [&](const char* option, std::int64_t value) {
    command.insert(command.end(), {option, std::to_string(value)});
  };
  add("--context", embedded.context_tokens);
  add("--slots", embedded.slots);
  add("--threads", embedded.threads);
  add("--cache-mib", embedded.cache_bytes_max >> 20);
  add("--prompt-files-max", embedded.prompt_files_max);
  add("--start-timeout-ms", embedded.start_timeout_ms);
  if (!embedded.download) command.emplace_back("--no-download");
  return command;
}

std::vector<std::string> EmbeddedModel::environment() const {
  auto variables = script_environment();
  variables.push_back("COLLET_MODEL_KEY=" + api_key_);
  return variables;
}

void EmbeddedModel::run() {
  sigset_t all;  // signals belong to the main thread
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  Ending ending = Ending::retry;
  while (ending == Ending::retry) {
    ending = run_child();
    if (ending == Ending::retry && !sleep_before_retry(quick_ends_++)) ending = Ending::stopped;
  }
  ready_since_ = {};
  if (ending == Ending::give_up) return;
  EmbeddedStatus stopped;
  stopped.starts = status().starts;
  change(std::move(stopped));
}

/// One life of the child.
EmbeddedModel::Ending EmbeddedModel::run_child() {
  LineChild child;
  if (auto started = child.start(command(), environment()); !started) {
    fall(started.error().message);
    return Ending::retry;
  }
  const auto silence_ms = settings_.embedded.start_timeout_ms + kSilenceMarginMs;
  std::string line;
  while (true) {
    switch (child.next_line(line, wake_fd_, silence_ms)) {
      case LineChild::Outcome::woken: return Ending::stopped;
      case LineChild::Outcome::silent:
        fall("its supervisor said nothing for too long");
        return Ending::retry;
      case LineChild::Outcome::ended:
        fall("its supervisor ended: " + base::shorten(base::trim(child.last_words()), kLastWordsBytesMax));
        return Ending::retry;
      case LineChild::Outcome::line: break;
    }
    const auto event = Value::parse(line);
    if (!event) continue;
    log_event(*event);
    if ((*event)["event"].string_or("") == "failed") {
      fall(std::string((*event)["message"].string_or("")));
      return (*event)["retry"].as_bool().value_or(true) ? Ending::retry : Ending::give_up;
    }
    take(*event);
  }
}

void EmbeddedModel::take(const Value& event) {
  const std::lock_guard lock(mutex_);
  status_ = after(std::move(status_), event);
  const bool came_up = status_.state == EmbeddedState::ready && ready_since_ == Clock::time_point{};
  if (came_up) ready_since_ = Clock::now();
  if (came_up && expects_warmup_) status_.state = EmbeddedState::warming;
  wake_waiters();
}

/// The child is over. One that did serve is started again quietly: requests wait
/// for it, unless that happens too often.
void EmbeddedModel::fall(std::string reason) {
  const bool served = ready_since_ != Clock::time_point{};
  if (served && Clock::now() - ready_since_ > std::chrono::milliseconds(policy_.stable_ms)) quick_ends_ = 0;
  ready_since_ = {};
  EmbeddedStatus now = status();
  now.state = served && quick_ends_ < policy_.quiet_restarts_max ? EmbeddedState::starting : EmbeddedState::failed;
  now.reason = std::move(reason);
  now.base_url.clear();
  now.pid = -1;
  base::log_warn("the embedded model is down", {{"model", settings_.id}, {"reason", now.reason}, {"ends", quick_ends_ + 1}});
  change(std::move(now));
}

void EmbeddedModel::log_event(const Value& event) {
  const auto kind = event["event"].string_or("");
  if (kind == "failed" || kind == "healthy") return;  // told by fall(); nothing new
  const bool often = kind == "progress" || kind == "waiting" || kind == "working";
  if (often && Clock::now() < next_progress_log_) return;
  if (often) next_progress_log_ = Clock::now() + kProgressLogEvery;
  const bool bad = kind == "deleted" || kind == "source_failed" || kind == "runtime_failed";
  base::log(bad ? base::LogLevel::warn : base::LogLevel::info, "embedded model", {{"model", settings_.id}, {"detail", event}});
}

/// @return false: stop was asked for.
bool EmbeddedModel::sleep_before_retry(int attempt) {
  const auto wait_ms = std::min(policy_.max_ms, policy_.first_ms << std::min(attempt, 20));
  pollfd wake{wake_fd_, POLLIN, 0};
  return ::poll(&wake, 1, static_cast<int>(wait_ms)) == 0;
}

/// What a waiting call can be told now; empty: wait on.
std::optional<Result<std::string>> EmbeddedModel::verdict(Caller caller) const {
  const EmbeddedStatus now = status();
  if (now.state == EmbeddedState::ready) return now.base_url;
  if (now.state == EmbeddedState::warming && caller == Caller::warmup) return now.base_url;
  if (now.state == EmbeddedState::failed || now.state == EmbeddedState::stopped) {
    return Error{Errc::unavailable, describe(now)};
  }
  return {};
}

asio::awaitable<Result<std::string>> EmbeddedModel::base_url(asio::io_context& io, base::CancelToken cancel,
                                                           Caller caller) {
  start_first_time();
  Waiter waiter(io);
  const Registration registration(*this, waiter);
  const auto woken_by_cancel = cancel.on_cancel([timer = waiter.timer] { timer->cancel(); });
  const auto deadline = Clock::now() + std::chrono::milliseconds(settings_.embedded.ready_wait_ms);
  while (true) {
    if (cancel.cancelled()) {
      const auto code = cancel.reason().code;
      co_return Error{code, cancel.reason().message + " (" + describe(status()) + ")"};
    }
    if (auto answer = verdict(caller)) co_return std::move(*answer);
    if (Clock::now() >= deadline) co_return Error{Errc::unavailable, describe(status()) + "; ask again later"};
    waiter.timer->expires_at(deadline);
    co_await waiter.timer->async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

}  // namespace collet::llm
