// Programs that have come as far as every run of them would, kept by the launcher: a run
// whose program is a copy of one pays for no start of an interpreter. There is one for
// each program that was asked for lately and that says it can be copied.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "sandbox/fd.hpp"
#include "sandbox/sandbox.hpp"

namespace collet::sandbox {

class RunCore;

/// [any-thread] Never waits for the launcher.
class Zygotes {
 public:
  explicit Zygotes(RunCore& core) : core_(core) {}
  Zygotes(const Zygotes&) = delete;

  /// The one whose copy can be the program of such a box; 0: none, or none yet. Starts one
  /// if there could be.
  [[nodiscard]] std::uint32_t id_for(const BoxSpec& spec);
  /// No copy of it came about: it goes, and the next is tried after a while.
  void failed(std::uint32_t id, const std::string& why);
  /// Ends those that nobody used lately, and all of them when `is_memory_short`.
  void forget_idle(bool is_memory_short);
  void drop();
  [[nodiscard]] std::size_t count() const;
  [[nodiscard]] std::size_t ready_count();

 private:
  using Clock = std::chrono::steady_clock;
  struct Zygote {
    std::uint32_t id = 0;  ///< 0: none.
    UniqueFd socket;       ///< Its end is the zygote's.
    Clock::time_point started;
    std::int64_t copies = 0;
    bool is_ready = false;
  };
  struct Program {
    std::string path;  ///< argv[0], for people.
    Zygote current;
    Zygote next;  ///< Takes its place once it is ready.
    Clock::time_point used;
    Clock::time_point retry_at;
  };
  [[nodiscard]] Zygote start(const BoxSpec& spec);
  void refresh(Program& program);
  void look_at(Zygote& zygote, Program& program);
  [[nodiscard]] bool is_worn(const Zygote& zygote) const;
  void make_room();

  RunCore& core_;
  mutable std::mutex mutex_;
  std::map<std::string, Program> programs_;
  std::uint32_t last_id_ = 0;
};

}  // namespace collet::sandbox
