// A program that waits at the point where all runs of it begin to differ. It is nobody's
// box and runs nobody's code: an interpreter in a tree like a box's, with a uid of its own
// and no rights but one, that of entering the boxes which were made for it.
#pragma once

#include <cstdint>
#include <vector>

#include <sys/types.h>

#include "sandbox/launcher/slot.hpp"

namespace collet::launcher {

struct ZygoteFds {
  UniqueFd socket;  ///< The server's; its end is the zygote's.
  std::vector<UniqueFd> inputs;  ///< In the order of the spec, without the late one.
};

class Zygote {
 public:
  Zygote(Host& host, std::uint32_t id) : host_(host), id_(id) {}
  Zygote(Zygote&&) = delete;
  ~Zygote();

  [[nodiscard]] std::uint32_t id() const { return id_; }
  [[nodiscard]] int pidfd() const { return pidfd_.get(); }
  [[nodiscard]] int socket() const { return socket_.get(); }
  /// What boxes write their offers to, and what tells that it is ready.
  [[nodiscard]] int offers() const { return offers_.get(); }

  /// False when it could not be started; the server has been told.
  bool start(const wire::SpecView& spec, int late_fd, ZygoteFds fds);
  void on_ready();
  /// Copies those that have asked, and ends then.
  void retire();
  [[nodiscard]] bool is_retired() const { return retired_ns_ != 0; }
  [[nodiscard]] bool is_overdue() const;  ///< It was to end long ago.

 private:
  [[nodiscard]] bool prepare(const wire::SpecView& spec, BoxPlan& plan);
  [[nodiscard]] bool clone_process(const BoxPlan& plan);
  bool kill();
  bool fail(Step step, int error);

  Host& host_;
  const std::uint32_t id_;
  SlotCgroup cgroup_;
  SharedPage* page_ = nullptr;
  UniqueFd socket_;
  UniqueFd offers_;
  UniqueFd pidfd_;
  pid_t pid_ = 0;
  std::uint64_t retired_ns_ = 0;  ///< 0: it goes on.
};

}  // namespace collet::launcher
