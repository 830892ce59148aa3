// A place for one box at a time, with everything that is kept between boxes: a
// host uid, cgroups, a net namespace, the page shared with the child.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <sys/types.h>

#include "sandbox/launcher/bwrap.hpp"
#include "sandbox/launcher/cgroup.hpp"
#include "sandbox/launcher/id_shift.hpp"
#include "sandbox/launcher/plan.hpp"
#include "sandbox/launcher/templates.hpp"

namespace collet::launcher {

/// What this launcher can do on this host; settled once at start.
struct Host {
  wire::Setup setup;
  std::uint32_t abilities = 0;
  int user_ns_error = 0;         ///< errno of a user namespace that could not be made.
  CgroupLayout cgroups;
  std::vector<sock_filter> filter;
  std::vector<sock_filter> strict_filter;  ///< For boxes that show folders of the host.
  UniqueFd life_read;   ///< Boxes watch it: it hangs up when the launcher dies.
  UniqueFd life_write;
  Templates templates;
  std::string self;              ///< With bubblewrap: this program's path ...
  UniqueFd filter_file;          ///< ... and both filters once more, for it to read in a box.
  UniqueFd strict_filter_file;
  [[nodiscard]] bool uses_bwrap() const { return setup.backend == wire::Backend::bwrap; }
  [[nodiscard]] bool can(wire::Ability ability) const { return (abilities & ability) != 0; }
  /// Nobody else's: beyond those of the boxes.
  [[nodiscard]] uid_t zygote_uid() const { return static_cast<uid_t>(setup.uid_base + setup.boxes_max); }
};

/// The descriptors that came with a run, in the order of wire::RunRequest.
struct RunFds {
  UniqueFd socket;
  UniqueFd out;
  UniqueFd err;
  UniqueFd capture;
  UniqueFd work;
  std::vector<UniqueFd> inputs;
  UniqueFd spec;
  std::uint32_t spec_bytes = 0;
};

/// The sizes of what can be written.
void plan_disk(const wire::SpecView& spec, BoxPlan& plan);
/// The roots: those that all boxes with the same share, and those below /tmp and /work.
[[nodiscard]] bool plan_roots(Host& host, const wire::SpecView& spec, BoxPlan& plan, Failure& failure);

/// Tells a run's socket that no box came of it.
void report_failure(int socket, const Failure& failure);

class Zygote;

class Slot {
 public:
  Slot(Host& host, std::uint32_t index);
  Slot(Slot&&) = delete;
  ~Slot();  ///< Kills and buries what still runs, and takes the groups away.

  [[nodiscard]] bool busy() const { return pid_ > 0; }
  [[nodiscard]] int pidfd() const { return pidfd_.get(); }
  [[nodiscard]] int socket() const { return socket_.get(); }
  [[nodiscard]] int oom_event_fd() const { return cgroup_.oom_event_fd(); }

  /// Starts a box, with a copy of `zygote` for its program if there is one. A failure that shows before the child runs has been reported
  /// on the run's socket when this returns false.
  bool start(const wire::SpecView& spec, RunFds fds, Zygote* zygote);
  /// Its program begins to work only now: its use of the processor counts from here.
  void mark();
  void terminate();
  /// Has the first process end everything, which counts what was used; it gets
  /// kill_patience to do so before it is killed itself.
  void kill();
  /// The memory group has something to tell: ends the box if it met its limit.
  void on_memory_event();
  /// True while tick() should be called again soon.
  [[nodiscard]] bool needs_ticks() const { return busy() && (doubt_ > 0 || kill_at_ns_ != 0); }
  void tick();
  /// The first process has ended: buries it, reports, readies the slot.
  void finish();

 private:
  [[nodiscard]] bool renew_page();
  void drop_page();
  void check_memory();
  bool signal(int number);
  bool fail(Step step, int error, std::uint32_t index = 0);
  bool fail(const Failure& failure);
  [[nodiscard]] bool prepare(const wire::SpecView& spec, BoxPlan& plan);
  [[nodiscard]] bool prepare_tree(const wire::SpecView& spec, BoxPlan& plan);
  [[nodiscard]] bool copy_late_trees(const wire::SpecView& spec, BoxPlan& plan);
  [[nodiscard]] bool prepare_net();
  [[nodiscard]] bool clone_box(const BoxPlan& plan);
  void signal_first_process(int number);
  void end_at_once();
  void explain_with_bwrap(wire::RunReport& report, int status) const;
  [[nodiscard]] bool write_maps(const IdRange& ids);

  Host& host_;
  const std::uint32_t index_;
  SlotCgroup cgroup_;
  IdShift id_shift_;
  UniqueFd net_;
  std::uint32_t net_uses_ = 0;
  UniqueFd page_file_;
  SharedPage* page_ = nullptr;
  std::unique_ptr<BwrapBox> bwrap_;  ///< While such a box runs.
  UniqueFd socket_;
  UniqueFd pidfd_;
  pid_t pid_ = 0;
  std::uint64_t started_ns_ = 0;
  std::uint64_t memory_bytes_ = 0;
  bool is_joined_ = false;  ///< Its program is a copy of a zygote.
  bool killed_ = false;
  bool oom_ = false;
  bool marked_ = false;
  int doubt_ = 0;  ///< How often to look again whether memory ran out.
  std::uint64_t kill_at_ns_ = 0;  ///< When patience ends; 0: not being killed.
};

}  // namespace collet::launcher
