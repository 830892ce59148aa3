// One box from the server's side: waits for room, hands the box to the launcher,
// reads what it prints, ends it in time, tells the result.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/generic/seq_packet_protocol.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "sandbox/core.hpp"
#include "sandbox/launch.hpp"
#include "sandbox/output.hpp"
#include "sandbox/sandbox.hpp"

namespace collet::sandbox {

/// [request-thread of its io_context] Kept alive by its own pending operations.
class Run : public std::enable_shared_from_this<Run> {
 public:
  Run(std::shared_ptr<RunCore> core, boost::asio::io_context& io, BoxSpec spec, OutputFn output, DoneFn done);
  ~Run();
  void start(const base::CancelToken& cancel);

 private:
  using Pipe = boost::asio::posix::stream_descriptor;
  struct Stream {
    explicit Stream(boost::asio::io_context& io, const config::SandboxSettings& settings);
    Pipe pipe;
    OutputCapture capture;
    LiveText live;
  };
  static constexpr int kCaptured = 3;  ///< The third stream beside stdout and stderr.

  using OnGrant = void (Run::*)(std::shared_ptr<Grant> grant);
  void begin();
  void ask(const std::shared_ptr<Admission>& whom, std::int64_t memory_bytes, OnGrant granted);
  void stop_asking();
  void on_turn(std::shared_ptr<Grant> turn);
  void on_room(std::shared_ptr<Grant> grant);
  void launch();
  void launch_later();
  [[nodiscard]] Result<Launched> take_box();
  void adopt(Launched box);
  [[nodiscard]] const BoxInput* late_input() const;
  void feed_late();
  void feed_more_later();
  void watch();
  void read_stream(int number);
  bool read_once(int number);
  void take_rest();
  void on_captured(std::string_view piece);
  void check_output_limit();
  void on_output(int number, std::string_view piece);
  void wait_for_message();
  void on_message();
  void on_opened(const wire::Opened& opened, std::vector<UniqueFd> fds);
  void on_end();
  void keep_work();
  [[nodiscard]] bool must_start_again() const;
  void start_again();
  void on_deadline();
  void arm_deadline();
  void on_grace_over();
  void on_cancel();
  void end_because(Outcome cause, wire::Command command);
  void send(wire::Command command);
  bool finish_when_quiet();
  void conclude();
  void tell(BoxResult result);
  void finish(Outcome outcome, std::string message);
  void fill_result(BoxResult& result);
  [[nodiscard]] BoxResult result_of_report();
  Stream& stream(int number) { return number == 1 ? out_ : err_; }
  Pipe& pipe(int number) { return number == kCaptured ? captured_pipe_ : stream(number).pipe; }

  std::shared_ptr<RunCore> core_;
  boost::asio::io_context& io_;
  BoxSpec spec_;
  OutputFn output_;
  DoneFn done_;
  base::CancelToken::Registration cancel_;
  boost::asio::steady_timer timer_;
  boost::asio::steady_timer retry_timer_;
  std::chrono::milliseconds retry_{1};
  boost::asio::steady_timer::time_point deadline_;
  std::shared_ptr<Admission> asked_;  ///< Whom we wait for, as waiter_.
  std::shared_ptr<Admission::Waiter> waiter_;
  std::shared_ptr<Grant> turn_;  ///< With the WorkFolder.
  std::shared_ptr<Grant> grant_;
  std::shared_ptr<SlotLease> slot_;
  UniqueFd work_folder_;
  bool work_was_new_ = false;
  std::optional<WarmBoxes::Use> warm_use_;
  UniqueFd out_folder_;
  std::shared_ptr<OutFolder> kept_out_;
  Pipe socket_;
  Stream out_;
  Stream err_;
  Pipe captured_pipe_;
  Pipe late_pipe_;
  std::size_t late_written_bytes_ = 0;
  std::optional<boost::asio::steady_timer::time_point> warm_since_;  ///< When it was taken.
  std::uint32_t zygote_ = 0;  ///< Whose copy the program is.
  Start start_ = Start::copied;
  std::string captured_;
  std::uint64_t captured_total_bytes_ = 0;
  bool was_read_ = false;  ///< The last read_once() brought something.
  std::optional<Outcome> cause_;  ///< Why we are ending it, if we are.
  std::optional<wire::RunReport> report_;
  bool launched_ = false;
  bool reported_ = false;  ///< Report in, or the launcher is gone.
  std::string buffer_;
};

}  // namespace collet::sandbox
