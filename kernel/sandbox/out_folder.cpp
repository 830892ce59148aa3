#include "sandbox/out_folder.hpp"

#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <dirent.h>
#include <fcntl.h>
#include <sys/socket.h>

namespace collet::sandbox {
namespace {

Error error_of(const wire::Collected& answer) {
  const Errc code = answer.error == E2BIG ? Errc::limit : answer.error == EINVAL || answer.error == ELOOP ? Errc::invalid : Errc::internal;
  return Error{code, "the files in /out cannot be kept: " + std::string(answer.detail.data())};
}

/// Waits for the answer of the process that copies.
class Collecting : public std::enable_shared_from_this<Collecting> {
 public:
  Collecting(boost::asio::io_context& io, UniqueFd socket, std::shared_ptr<OutFolder> folder, OutFolder::CollectedFn done)
      : socket_(io, socket.release()), folder_(std::move(folder)), done_(std::move(done)) {}

  void wait() {
    socket_.async_wait(boost::asio::posix::stream_descriptor::wait_read, [self = shared_from_this()](boost::system::error_code error) {
      if (!error) self->on_answer();
    });
  }

 private:
  void on_answer() {
    wire::Collected answer;
    const ssize_t got = ::recv(socket_.native_handle(), &answer, sizeof answer, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return wait();
    if (got != sizeof answer || answer.magic != wire::kMagic) {
      return done_(Error{Errc::unavailable, "the files in /out were not copied in time, or the sandbox launcher ended"});
    }
    answer.detail.back() = '\0';
    if (answer.error != 0) return done_(error_of(answer));
    done_(Collected{answer.bytes, answer.files, answer.skipped, answer.skipped > 0 ? answer.detail.data() : ""});
  }

  boost::asio::posix::stream_descriptor socket_;
  std::shared_ptr<OutFolder> folder_;
  OutFolder::CollectedFn done_;
};

class KeptOutFolder final : public OutFolder, public std::enable_shared_from_this<KeptOutFolder> {
 public:
  KeptOutFolder(std::shared_ptr<RunCore> core, UniqueFd folder, std::shared_ptr<SlotLease> slot, std::shared_ptr<Grant> grant)
      : core_(std::move(core)), grant_(std::move(grant)), slot_(std::move(slot)), folder_(std::move(folder)) {}

  void collect(boost::asio::io_context& io, UniqueFd to, const CollectLimits& limits, CollectedFn done) override {
    auto sockets = make_socket_pair();
    const int error = sockets ? send(limits, sockets->second.get(), to.get()) : EMFILE;
    if (error != 0) {
      boost::asio::post(io, [done = std::move(done), error] { done(os_error("handing /out to the sandbox launcher", error)); });
      return;
    }
    sockets->second.reset();  // else its end would not show
    std::make_shared<Collecting>(io, std::move(sockets->first), shared_from_this(), std::move(done))->wait();
  }

 private:
  int send(const CollectLimits& limits, int answer, int to) {
    wire::CollectRequest request;
    request.is_strict = limits.is_strict ? 1 : 0;
    request.bytes_max = limits.bytes_max;
    request.file_bytes_max = limits.file_bytes_max;
    request.files_max = limits.files_max;
    Check why_not;
    const auto launcher = core_->launcher(why_not);
    const int fds[] = {answer, folder_.get(), to};
    return launcher ? launcher->send(request, fds) : ESRCH;
  }

  std::shared_ptr<RunCore> core_;
  std::shared_ptr<Grant> grant_;  // first, so that it goes last: who gets it finds a place
  std::shared_ptr<SlotLease> slot_;
  UniqueFd folder_;  // before the place: its memory belongs to the box's group
};

// What cannot be read by us can be by the one who copies.
bool is_empty(int folder) {
  const std::unique_ptr<DIR, int (*)(DIR*)> listing(::fdopendir(::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)), ::closedir);
  if (!listing) return false;
  while (const dirent* entry = ::readdir(listing.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") return false;
  }
  return true;
}

}  // namespace

std::shared_ptr<OutFolder> keep_out_folder(std::shared_ptr<RunCore> core, UniqueFd folder, std::shared_ptr<SlotLease> slot,
                                           std::shared_ptr<Grant> grant) {
  if (is_empty(folder.get())) return nullptr;
  return std::make_shared<KeptOutFolder>(std::move(core), std::move(folder), std::move(slot), std::move(grant));
}

}  // namespace collet::sandbox
