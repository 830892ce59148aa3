// What a box writes: read as it comes, counted, kept within bounds.
#include <cerrno>
#include <utility>

#include "sandbox/run.hpp"

namespace collet::sandbox {
namespace {

using boost::system::error_code;

constexpr std::size_t kReadBytes = 64 << 10;
constexpr int kLastReads = 64;

}  // namespace

// All streams share one buffer: readiness is awaited without one, and what is
// there is taken at once.
void Run::read_stream(int number) {
  buffer_.resize(kReadBytes);
  pipe(number).async_wait(Pipe::wait_read, [self = shared_from_this(), number](error_code error) {
    if (error || !self->done_) return;
    if (self->read_once(number)) return self->read_stream(number);
    self->pipe(number).close();
    self->finish_when_quiet();
  });
}

// False at the end of the stream.
bool Run::read_once(int number) {
  const ssize_t got = ::read(pipe(number).native_handle(), buffer_.data(), buffer_.size());
  was_read_ = got > 0;
  if (got < 0) return errno == EAGAIN || errno == EINTR;
  if (got == 0) return false;
  const std::string_view piece(buffer_.data(), static_cast<std::size_t>(got));
  if (number == kCaptured) on_captured(piece);
  else on_output(number, piece);
  return true;
}

void Run::on_captured(std::string_view piece) {
  const auto room = static_cast<std::size_t>(core_->settings.captured_bytes_max) - captured_.size();
  captured_.append(piece.substr(0, room));
  captured_total_bytes_ += piece.size();
  check_output_limit();
}

void Run::on_output(int number, std::string_view piece) {
  Stream& stream = this->stream(number);
  stream.capture.add(piece);
  if (output_) {
    const std::string text = stream.live.next(piece);
    if (!text.empty()) output_(number, text);
  }
  check_output_limit();
}

void Run::check_output_limit() {
  const auto total = out_.capture.total_bytes() + err_.capture.total_bytes() + captured_total_bytes_;
  if (total > static_cast<std::uint64_t>(core_->settings.output_bytes_max)) {
    end_because(Outcome::output_limit, wire::Command::kill);
  }
}

// What is in the pipes, and no more: who holds the other end could go on for ever.
void Run::take_rest() {
  if (!done_) return;
  for (const int number : {1, 2, kCaptured}) {
    for (int i = 0; i < kLastReads && pipe(number).is_open(); ++i) {
      if (!read_once(number) || !was_read_) break;
    }
  }
  conclude();
}

void Run::fill_result(BoxResult& result) {
  auto out = out_.capture.text();
  auto err = err_.capture.text();
  result.stdout_text = std::move(out.text);
  result.stderr_text = std::move(err.text);
  result.stdout_omitted_bytes = out.omitted_bytes;
  result.stderr_omitted_bytes = err.omitted_bytes;
  result.captured = std::move(captured_);
  result.out = std::move(kept_out_);
  result.was_warm = warm_since_.has_value();
  result.was_copy = zygote_ != 0 && start_ == Start::copied;
  if (spec_.work && launched_) result.work_was_new = work_was_new_;
}

}  // namespace collet::sandbox
