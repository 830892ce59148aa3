// Descriptors with an owner, and messages that carry them.
#pragma once

#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <unistd.h>

#include "collet/result.hpp"

namespace collet::sandbox {

class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    reset(std::exchange(other.fd_, -1));
    return *this;
  }
  ~UniqueFd() { reset(); }

  [[nodiscard]] int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }
  void reset(int fd = -1) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = fd;
  }

 private:
  int fd_ = -1;
};

struct FdPair {
  UniqueFd first;
  UniqueFd second;
};

/// What the errno of a failed call means, with what was tried in front.
[[nodiscard]] Error os_error(std::string_view what, int error);
/// All are close-on-exec. @error unavailable (descriptors or memory used up).
[[nodiscard]] Result<FdPair> make_socket_pair();
[[nodiscard]] Result<FdPair> make_output_pipe();  ///< first reads and never blocks, second writes.
[[nodiscard]] Result<FdPair> make_input_pipe();   ///< first reads, second writes and never blocks.
/// Writes what a pipe takes now; a reader that has gone is EPIPE and no signal.
/// Bytes written, or -1 with errno.
[[nodiscard]] ssize_t write_pipe(int fd, std::string_view bytes);
/// A sealed file in memory that holds `data`, positioned at its start.
[[nodiscard]] Result<UniqueFd> make_memory_file(const char* name, std::string_view data);

/// One message with descriptors; never blocks. errno, 0 when it went out.
int send_message(int socket, std::string_view bytes, std::span<const int> fds = {});
/// The next message and its descriptors; never blocks. Its bytes, 0 at the end, -1 with errno.
[[nodiscard]] ssize_t receive_message(int socket, void* bytes, std::size_t size, std::vector<UniqueFd>& fds);

}  // namespace collet::sandbox
