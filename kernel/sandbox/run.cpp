#include "sandbox/run.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <iterator>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "sandbox/explain.hpp"
#include "sandbox/out_folder.hpp"
#include "sandbox/work_folder.hpp"

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
      timer_(io), retry_timer_(io), socket_(io), out_(io, core_->settings), err_(io, core_->settings), captured_pipe_(io),
      late_pipe_(io) {}

// Only when the io_context went away under us: the box must not outlive its run,
// and its slot must be empty before the next box enters it.
Run::~Run() {
  stop_asking();
  if (!launched_ || reported_) return;
  send(wire::Command::kill);
  pollfd waiting{socket_.native_handle(), 0, 0};  // until its other end is nobody's
  if (::poll(&waiting, 1, kAbandonTimeoutMs) <= 0) slot_->condemn();
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
  boost::asio::post(io_, [self = shared_from_this()] { self->begin(); });
}

// First the turn with what only one box can have, so that no room stands empty meanwhile.
void Run::begin() {
  if (!done_) return;
  arm_deadline();
  if (spec_.work) return ask(spec_.work->turns(), 0, &Run::on_turn);
  ask(core_->admission, spec_.size.memory_bytes, &Run::on_room);
}

void Run::ask(const std::shared_ptr<Admission>& whom, std::int64_t memory_bytes, OnGrant granted) {
  asked_ = whom;
  waiter_ = std::make_shared<Admission::Waiter>();
  waiter_->memory_bytes = memory_bytes;
  waiter_->granted = [weak = weak_from_this(), &io = io_, granted](std::shared_ptr<Grant> grant) {
    boost::asio::post(io, [weak, granted, grant = std::move(grant)] {
      const auto self = weak.lock();
      if (!self || !self->done_) return;  // too late: the grant goes back by itself
      self->waiter_.reset();
      (*self.*granted)(grant);
    });
  };
  std::string why;
  if (!whom->ask(waiter_, why)) finish(Outcome::capacity, std::move(why));
}

void Run::stop_asking() {
  if (waiter_) asked_->leave(std::exchange(waiter_, nullptr));
}

void Run::on_turn(std::shared_ptr<Grant> turn) {
  turn_ = std::move(turn);
  ask(core_->admission, spec_.work->memory_wanted(spec_.size), &Run::on_room);
}

void Run::on_room(std::shared_ptr<Grant> grant) {
  grant_ = std::move(grant);
  launch();
}

void Run::launch() {
  if (!done_) return;
  auto box = take_box();
  if (box) {
    adopt(std::move(*box));
    return watch();
  }
  if (box.error().code == Errc::limit) return launch_later();
  const Outcome outcome = box.error().code == Errc::denied ? Outcome::unavailable : Outcome::failed;
  finish(outcome, box.error().message);
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

// One that waits already, or a new one.
Result<Launched> Run::take_box() {
  auto told = encode_box(spec_, core_->settings);
  if (!told) return std::move(told).error();
  const bool may_be_warm = late_input() != nullptr && !spec_.work && core_->settings.warm_boxes_max > 0;
  if (start_ == Start::copied) work_was_new_ = spec_.work && spec_.work->folder() < 0;
  if (may_be_warm && !warm_use_) warm_use_.emplace(core_->warm().begin(spec_, *told));
  if (may_be_warm && start_ == Start::copied) {
    if (auto waiting = warm_use_->take()) return std::move(*waiting);
  }
  return launch_box(*core_, spec_, *told, LateInput::now, start_);
}

void Run::adopt(Launched box) {
  slot_ = std::move(box.slot);
  socket_.assign(box.socket.release());
  out_.pipe.assign(box.out.release());
  err_.pipe.assign(box.err.release());
  if (box.captured) captured_pipe_.assign(box.captured.release());
  launched_ = true;
  zygote_ = box.zygote;
  if (!box.late) return;
  warm_since_ = boost::asio::steady_timer::clock_type::now();
  if (!box.is_marked) send(wire::Command::mark);
  late_pipe_.assign(box.late.release());
  feed_late();
}

const BoxInput* Run::late_input() const {
  const auto found = std::find_if(spec_.inputs.begin(), spec_.inputs.end(), [](const auto& input) { return input.late; });
  return found == spec_.inputs.end() ? nullptr : &*found;
}

// Whoever waits for it reads to the end, which is the end of the pipe. A program
// that does not read, or is gone, shows by other means.
void Run::feed_late() {
  const std::string_view data = late_input()->data;
  while (late_written_bytes_ < data.size()) {
    const ssize_t wrote = write_pipe(late_pipe_.native_handle(), data.substr(late_written_bytes_));
    if (wrote > 0) late_written_bytes_ += static_cast<std::size_t>(wrote);
    else if (errno == EAGAIN) return feed_more_later();
    else if (errno != EINTR) break;
  }
  late_pipe_.close();
}

void Run::feed_more_later() {
  late_pipe_.async_wait(Pipe::wait_write, [self = shared_from_this()](error_code error) {
    if (!error && self->done_) self->feed_late();
  });
}

void Run::watch() {
  wait_for_message();
  for (const int number : {1, 2, kCaptured}) {
    if (pipe(number).is_open()) read_stream(number);
  }
}

void Run::wait_for_message() {
  socket_.async_wait(Pipe::wait_read, [self = shared_from_this()](error_code error) {
    if (!error) self->on_message();
  });
}

// The box says what it has opened, then the launcher how it ended.
void Run::on_message() {
  union {
    wire::Opened opened;
    wire::RunReport report;
  } message{};
  std::vector<UniqueFd> fds;
  ssize_t got = receive_message(socket_.native_handle(), &message, sizeof message, fds);
  // A command that the launcher did not read any more shows as a reset first.
  if (got < 0 && errno == ECONNRESET) got = receive_message(socket_.native_handle(), &message, sizeof message, fds);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return wait_for_message();
  if (got == sizeof message.opened && message.opened.magic == wire::kMagic) {
    on_opened(message.opened, std::move(fds));
    return wait_for_message();
  }
  if (got == sizeof message.report && message.report.magic == wire::kMagic) report_ = message.report;
  on_end();
}

void Run::on_opened(const wire::Opened& opened, std::vector<UniqueFd> fds) {
  std::size_t next = 0;
  if ((opened.openings & wire::kWorkFolder) != 0 && !fds.empty()) work_folder_ = std::move(fds[next++]);
  if ((opened.openings & wire::kOutFolder) != 0 && next < fds.size()) out_folder_ = std::move(fds[next++]);
  if ((opened.openings & wire::kGate) != 0 && next < fds.size() && spec_.gate) spec_.gate(std::move(fds[next++]));
}

void Run::on_end() {
  if (must_start_again()) return start_again();
  reported_ = true;
  socket_.close();
  if (out_folder_ && done_) kept_out_ = keep_out_folder(core_, std::move(out_folder_), slot_, grant_);
  keep_work();
  out_folder_.reset();
  slot_.reset();  // the box is gone; the next one need not wait for our reading
  grant_.reset();
  turn_.reset();
  if (finish_when_quiet()) return;
  timer_.expires_after(kRestOfOutput);
  timer_.async_wait([self = shared_from_this()](error_code error) {
    if (!error) self->take_rest();
  });
}

// Also what a program left that was ended: it may have been slow only at the last step.
void Run::keep_work() {
  if (!spec_.work) return;
  const bool is_lost = report_ && report_->failure.step == wire::Step::work_folder;
  if (work_folder_ || is_lost) spec_.work->keep(std::move(work_folder_), slot_, spec_.size);
}

// The zygote went, or could not get into the box: nothing of the program has run. What
// the box is to show is no fault of the zygote's.
bool Run::must_start_again() const {
  if (zygote_ == 0 || !done_ || cause_ || !report_) return false;
  static constexpr wire::Step kOfTheBox[] = {wire::Step::none,        wire::Step::root_tree,  wire::Step::attach_root,
                                             wire::Step::app_overlay, wire::Step::work_tmpfs, wire::Step::work_folder};
  return std::ranges::find(kOfTheBox, report_->failure.step) == std::end(kOfTheBox);
}

void Run::start_again() {
  core_->zygotes().failed(zygote_, explain(report_->failure, spec_).message);
  start_ = Start::executed;
  launched_ = false;
  warm_since_.reset();
  report_.reset();
  late_written_bytes_ = 0;
  for (Pipe* pipe : {&socket_, &out_.pipe, &err_.pipe, &captured_pipe_, &late_pipe_}) {
    error_code ignored;
    pipe->close(ignored);
  }
  out_folder_.reset();
  keep_work();
  slot_.reset();
  launch();
}

void Run::arm_deadline() {
  timer_.expires_at(deadline_);
  timer_.async_wait([self = shared_from_this()](error_code error) {
    if (!error) self->on_deadline();
  });
}

void Run::on_deadline() {
  if (!done_) return;
  if (!launched_ && spec_.work && !turn_) {
    return finish(Outcome::capacity, "an earlier call of the same session was running until the time limit of " +
                                         std::to_string(spec_.timeout_ms) + " ms; calls of one session run one after the other");
  }
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
  if (late_pipe_.is_open()) late_pipe_.close();
  warm_use_.reset();
  stop_asking();
  std::exchange(done_, nullptr)(std::move(result));
}

}  // namespace collet::sandbox
