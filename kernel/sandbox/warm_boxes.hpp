// Programs that wait, started and ready, for input that is not known yet: a run then
// pays neither for the box nor for the start of its interpreter. Each serves one run
// and no other. How many wait follows what was asked for; when memory is short, or
// nobody asks, none does.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "sandbox/sandbox.hpp"

namespace collet::sandbox {

class RunCore;
struct Launched;
struct WarmProgram;

/// [any-thread]
class WarmBoxes {
 public:
  explicit WarmBoxes(RunCore& core);
  WarmBoxes(const WarmBoxes&) = delete;
  ~WarmBoxes();

  /// A run of a program, while it goes on; the program's demand is counted by it.
  class Use {
   public:
    Use(WarmBoxes& owner, std::shared_ptr<WarmProgram> program) : owner_(&owner), program_(std::move(program)) {}
    Use(Use&& other) noexcept : owner_(other.owner_), program_(std::move(other.program_)) {}
    Use& operator=(Use&&) = delete;
    ~Use();
    /// A box that waits; none: the run has to start its own.
    [[nodiscard]] std::optional<Launched> take();

   private:
    WarmBoxes* owner_;
    std::shared_ptr<WarmProgram> program_;
  };

  /// @param told encode_box() of `spec`. Two runs are of one program when all but
  /// their late input is the same.
  [[nodiscard]] Use begin(const BoxSpec& spec, const std::string& told);
  [[nodiscard]] std::size_t waiting() const;
  /// Ends all that wait. Blocks until they have ended.
  void drop();
  /// The same, for good, and without waiting for their end.
  void stop();

 private:
  using Clock = std::chrono::steady_clock;
  using Lock = std::unique_lock<std::mutex>;
  void end(WarmProgram& program);
  void keep();
  void drop_boxes(WarmProgram& program, std::vector<Launched>& dropped);
  void put_down_all(Lock& lock, std::vector<Launched> boxes);
  void forget_idle(std::vector<Launched>& dropped);
  void forget_dead(WarmProgram& program, std::vector<Launched>& dropped);
  [[nodiscard]] bool mark_ready();
  [[nodiscard]] std::shared_ptr<WarmProgram> most_wanted();
  [[nodiscard]] bool make_room_for(const WarmProgram& program, std::vector<Launched>& dropped);
  void start_one(Lock& lock, const std::shared_ptr<WarmProgram>& program);

  RunCore& core_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, std::shared_ptr<WarmProgram>> programs_;
  std::size_t waiting_ = 0;
  std::size_t starting_ = 0;
  std::size_t ending_ = 0;
  bool is_wanted_ = false;  ///< A run has ended: look whether another box is needed.
  bool is_stopped_ = false;
  std::thread keeper_;  ///< Started with the first run.
};

}  // namespace collet::sandbox
