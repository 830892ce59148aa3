#include "sandbox/run.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <csignal>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>

#include "sandbox/explain.hpp"

namespace collet::sandbox {
namespace {

using boost::system::error_code;
using std::chrono::milliseconds;

constexpr milliseconds kStuckAfterKill{3'000};
constexpr int kAbandonTimeoutMs = 500;
// The box is gone by then: what it wrote is in the pipes, and any other end of them
// is held by somebody on the host, to whom a program can pass it.
constexpr milliseconds kRestOfOutput{250};
constexpr milliseconds kLongestRetry{20};

}  // namespace

Run::Stream::Stream(boost::asio::io_context& io, const config::SandboxSettings& settings)
    : pipe(io),
      capture(static_cast<std::size_t>(settings.output_head_bytes), static_cast<std::size_t>(settings.output_tail_bytes)),
      live(static_cast<std::size_t>(settings.output_head_bytes + settings.output_tail_bytes)) {}

Run::Run(std::shared_ptr<RunCore> core, boost::asio::io_context& io, BoxSpec spec, OutputFn output, DoneFn done)
    : core_(std::move(core)), io_(io), spec_(std::move(spec)), output_(std::move(output)), done_(std::move(done)),
      timer_(io), retry_timer_(io), socket_(io), out_(io, core_->settings), err_(io, core_->settings), captured_pipe_(io) {}

// Only when the io_context went away under us: the box must not outlive its run,
// and its slot must be empty before the next box enters it.
Run::~Run() {
  if (waiter_) core_->admission->leave(waiter_);
  if (!launched_ || reported_) return;
  send(wire::Command::kill);
  pollfd waiting{socket_.native_handle(), POLLIN, 0};
  if (::poll(&waiting, 1, kAbandonTimeoutMs) <= 0 && grant_) grant_->condemn();
}

void Run::start(const base::CancelToken& cancel) {
  deadline_ = boost::asio::steady_timer::clock_type::now() + milliseconds(spec_.timeout_ms);
  const std::weak_ptr<Run> weak = weak_from_this();
  // Posted, since a callback of a token may do no more than note the fact.
  cancel_ = cancel.on_cancel([weak, &io = io_] {
    boost::asio::post(io, [weak] {
      if (const auto self = weak.lock()) self->on_cancel();
    });
  });
  boost::asio::post(io_, [self = shared_from_this()] { self->ask_for_room(); });
}

void Run::ask_for_room() {
  if (!done_) return;
  arm_deadline();
  waiter_ = std::make_shared<Admission::Waiter>();
  waiter_->memory_bytes = spec_.size.memory_bytes;
  waiter_->granted = [weak = weak_from_this(), &io = io_](std::shared_ptr<Grant> grant) {
    boost::asio::post(io, [weak, grant = std::move(grant)] {
      if (const auto self = weak.lock()) self->on_granted(grant);
    });
  };
  std::string why;
  if (!core_->admission->ask(waiter_, why)) finish(Outcome::capacity, std::move(why));
}

void Run::on_granted(std::shared_ptr<Grant> grant) {
  if (!done_) return;  // too late: the grant goes back by itself
  waiter_.reset();
  grant_ = std::move(grant);
  launch();
}

void Run::launch() {
  if (!done_) return;
  auto handed = hand_over();
  if (handed) return watch();
  if (handed.error().code == Errc::limit) return launch_later();
  const Outcome outcome = handed.error().code == Errc::denied ? Outcome::unavailable : Outcome::failed;
  finish(outcome, handed.error().message);
}

// Many runs at one moment fill the launcher's socket. It reads fast; until the
// deadline there is no reason to give up.
void Run::launch_later() {
  retry_timer_.expires_after(retry_);
  retry_ = std::min(2 * retry_, kLongestRetry);
  retry_timer_.async_wait([self = shared_from_this()](error_code error) {
    if (!error) self->launch();
  });
}

Result<wire::Spec> Run::make_spec() const {
  const config::SizeSettings& size = spec_.size;
  wire::Spec spec{spec_.argv, spec_.env, spec_.roots, spec_.app_root, {}, spec_.capture_fd, {}};
  const auto is_home = [](const std::string& entry) { return entry.starts_with("HOME="); };
  if (std::none_of(spec.env.begin(), spec.env.end(), is_home)) spec.env.emplace_back("HOME=/work");
  std::int64_t input_bytes = 0;
  for (const auto& input : spec_.inputs) {
    spec.input_fds.push_back(input.fd);
    input_bytes += static_cast<std::int64_t>(input.data.size());
  }
  if (input_bytes > core_->settings.input_bytes_max) {
    return Error{Errc::invalid, "the inputs have " + std::to_string(input_bytes) + " bytes; at most " +
                                    std::to_string(core_->settings.input_bytes_max) + " are allowed (sandbox.input_bytes_max)"};
  }
  if (size.memory_bytes < 0 || size.disk_bytes < 0 || size.pids_max < 0 || size.cpu_weight < 1 || size.cpu_cores < 0) {
    return Error{Errc::invalid, "box: a size may not have negative numbers, and its cpu_weight is at least 1"};
  }
  const double cores = size.cpu_cores > 0 ? size.cpu_cores : static_cast<double>(std::max(1u, std::thread::hardware_concurrency()));
  spec.limits.memory_bytes = static_cast<std::uint64_t>(size.memory_bytes);
  spec.limits.disk_bytes = static_cast<std::uint64_t>(size.disk_bytes);
  spec.limits.pids_max = static_cast<std::uint32_t>(size.pids_max);
  spec.limits.cpu_weight = static_cast<std::uint32_t>(size.cpu_weight);
  spec.limits.cpu_milli = static_cast<std::uint32_t>(std::lround(size.cpu_cores * 1000));
  spec.limits.cpu_seconds = static_cast<std::uint32_t>(std::ceil(static_cast<double>(spec_.timeout_ms) / 1000 * cores)) + 1;
  return spec;
}

// Makes everything the box is given and sends it off. Our copies of the box's
// ends close on return, so that the end of the box is the end of its pipes.
Result<void> Run::hand_over() {
  auto spec = make_spec();
  if (!spec) return std::move(spec).error();
  auto bytes = wire::encode(*spec);
  if (!bytes) return std::move(bytes).error();
  auto socket = make_socket_pair();
  auto file = make_memory_file("box", *bytes);
  auto out = make_pipe();
  auto err = make_pipe();
  for (const Error* error : {socket ? nullptr : &socket.error(), file ? nullptr : &file.error(),
                             out ? nullptr : &out.error(), err ? nullptr : &err.error()}) {
    if (error != nullptr) return *error;
  }
  std::vector<int> fds = {socket->second.get(), file->get(), out->second.get(), err->second.get()};
  FdPair captured;
  if (spec_.capture_fd != 0) {
    auto made = make_pipe();
    if (!made) return std::move(made).error();
    captured = std::move(*made);
    fds.push_back(captured.second.get());
  }
  std::vector<UniqueFd> inputs;
  for (const auto& input : spec_.inputs) {
    auto made = make_memory_file("input", input.data);
    if (!made) return std::move(made).error();
    fds.push_back(inputs.emplace_back(std::move(*made)).get());
  }
  auto sent = send_request(bytes->size(), fds);
  if (!sent) return sent;
  socket_.assign(socket->first.release());
  out_.pipe.assign(out->first.release());
  err_.pipe.assign(err->first.release());
  if (captured.first) captured_pipe_.assign(captured.first.release());
  launched_ = true;
  return {};
}

// @error denied: no launcher to be had; limit: it has much to read, try again.
Result<void> Run::send_request(std::size_t spec_bytes, std::span<const int> fds) {
  wire::RunRequest request;
  request.slot = grant_->slot();
  request.spec_bytes = static_cast<std::uint32_t>(spec_bytes);
  int error = 0;
  for (int attempt = 0; attempt < 2; ++attempt) {
    Check why_not;
    const auto launcher = core_->launcher(why_not);
    if (!launcher) return Error{Errc::denied, text_of(why_not)};
    error = launcher->send(request, fds);
    if (error == 0) return {};
    if (!launcher->is_gone()) break;
  }
  if (error == EAGAIN || error == ETOOMANYREFS) return Error{Errc::limit, "the sandbox launcher is busy"};
  return os_error("handing the run to the sandbox launcher", error);
}

void Run::watch() {
  wait_for_report();
  for (const int number : {1, 2, kCaptured}) {
    if (pipe(number).is_open()) read_stream(number);
  }
}

void Run::wait_for_report() {
  socket_.async_wait(Pipe::wait_read, [self = shared_from_this()](error_code error) {
    if (!error) self->on_report();
  });
}

void Run::on_report() {
  wire::RunReport report;
  ssize_t got = ::recv(socket_.native_handle(), &report, sizeof report, MSG_DONTWAIT);
  // A command that the launcher did not read any more shows as a reset first.
  if (got < 0 && errno == ECONNRESET) got = ::recv(socket_.native_handle(), &report, sizeof report, MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return wait_for_report();
  reported_ = true;
  if (got == sizeof report && report.magic == wire::kMagic) report_ = report;
  socket_.close();
  grant_.reset();  // the box is gone; the next one need not wait for our reading
  if (finish_when_quiet()) return;
  timer_.expires_after(kRestOfOutput);
  timer_.async_wait([self = shared_from_this()](error_code error) {
    if (!error) self->take_rest();
  });
}

void Run::arm_deadline() {
  timer_.expires_at(deadline_);
  timer_.async_wait([self = shared_from_this()](error_code error) {
    if (!error) self->on_deadline();
  });
}

void Run::on_deadline() {
  if (!done_) return;
  if (!launched_) {
    return finish(Outcome::capacity, "no box was free within the time limit of " + std::to_string(spec_.timeout_ms) +
                                         " ms; try again later, or raise sandbox.boxes_max or sandbox.memory_budget");
  }
  end_because(Outcome::timeout, wire::Command::terminate);
}

void Run::on_grace_over() {
  if (!done_ || reported_) return;
  send(wire::Command::kill);
  timer_.expires_after(kStuckAfterKill);
  timer_.async_wait([self = shared_from_this()](error_code error) {
    // The kernel itself is stuck with it. The caller need not be: the slot stays
    // taken until the report comes.
    if (!error && self->done_) self->finish(*self->cause_, "the box was killed, but the kernel has not let go of it yet");
  });
}

void Run::on_cancel() {
  if (!done_) return;
  if (!launched_) return finish(Outcome::cancelled, "cancelled before the program was started");
  end_because(Outcome::cancelled, wire::Command::kill);
}

void Run::end_because(Outcome cause, wire::Command command) {
  if (reported_) return;
  if (!cause_) cause_ = cause;
  send(command);
  timer_.expires_after(milliseconds(command == wire::Command::terminate ? core_->settings.kill_grace_ms : 0));
  timer_.async_wait([self = shared_from_this()](error_code error) {
    if (!error) self->on_grace_over();
  });
}

void Run::send(wire::Command command) {
  const char byte = static_cast<char>(command);
  if (socket_.is_open()) ::send(socket_.native_handle(), &byte, 1, MSG_NOSIGNAL | MSG_DONTWAIT);
}

// The report says that nothing of the box lives; the ends of the pipes that
// nothing is left in them.
bool Run::finish_when_quiet() {
  if (!done_ || !reported_) return !done_;
  for (const int number : {1, 2, kCaptured}) {
    if (pipe(number).is_open()) return false;
  }
  conclude();
  return true;
}

void Run::conclude() {
  if (!report_) {
    return finish(cause_.value_or(Outcome::failed), cause_ ? "" : "the sandbox launcher ended while the program ran; it is started anew with the next run");
  }
  tell(result_of_report());
}

void Run::finish(Outcome outcome, std::string message) {
  BoxResult result;
  result.outcome = outcome;
  result.returncode = outcome == Outcome::timeout ? -2 : -1;
  result.message = std::move(message);
  tell(std::move(result));
}

// Every wait ends with it but the one for a report still to come, which holds the slot.
void Run::tell(BoxResult result) {
  fill_result(result);
  timer_.cancel();
  retry_timer_.cancel();
  cancel_ = {};
  for (const int number : {1, 2, kCaptured}) {
    error_code ignored;
    pipe(number).close(ignored);
  }
  if (waiter_) core_->admission->leave(std::exchange(waiter_, nullptr));
  std::exchange(done_, nullptr)(std::move(result));
}

}  // namespace collet::sandbox
