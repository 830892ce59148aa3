// Runs programs in boxes. The rest of the kernel sees only this header.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "base/cancel.hpp"
#include "collet/result.hpp"
#include "config/settings.hpp"
#include "sandbox/fd.hpp"

namespace collet::sandbox {

/// How a box ended. The values are collet_exec_result.outcome.
enum class Outcome : std::int32_t {
  exited = 1, signalled = 2, timeout = 3, oom = 4, output_limit = 5,
  cancelled = 6, unavailable = 7, capacity = 8, failed = 9,
};

struct BoxInput {
  int fd = 0;  ///< 0 or 3..9 inside the box.
  std::string data;
  bool late = false;  ///< The program may have been started, and wait, before it comes.
  bool fork = false;  ///< With late: the program may be a copy of one that has come so far.
};

/// Gets the socket that listens on 127.0.0.1:3128 inside a box, before its program
/// starts. Who answers there is the box's only way out. [request-thread]
using GateFn = std::function<void(UniqueFd listener)>;

/// A /work that outlives its box: the next box that is given it finds the files there.
/// One box at a time, the others wait. Holds a place for boxes, and the memory that its
/// files take, until it goes. [any-thread]
class WorkFolder;

struct BoxSpec {
  std::vector<std::string> argv;
  std::vector<std::string> env;
  std::vector<std::string> roots;  ///< Host paths, read-only, same path inside.
  std::string app_root;            ///< Host folder shown read-only at /app; "": none.
  bool app_scratch = false;        ///< /app can be written; nothing of that is kept.
  std::array<std::string, 2> trees;  ///< Host folders shown at /packages and /cache; "": none.
  std::vector<std::shared_ptr<const void>> holds;  ///< What must be there as long as such a box may be.
  bool has_out_folder = false;     ///< Makes /out; see BoxResult::out.
  std::shared_ptr<WorkFolder> work;  ///< Null: /work is new, and goes with the box.
  GateFn gate;                     ///< Empty: no network at all.
  std::vector<BoxInput> inputs;
  int capture_fd = 0;
  std::int64_t timeout_ms = 0;     ///< Waiting for room included.
  config::SizeSettings size;
};

struct CollectLimits {
  bool is_strict = false;  ///< All or nothing, links kept; else what is fit, links left out.
  std::uint64_t bytes_max = 0;
  std::uint64_t file_bytes_max = 0;
  std::uint32_t files_max = 0;
};

struct Collected {
  std::uint64_t bytes = 0;
  std::uint32_t files = 0;
  std::uint32_t skipped = 0;
  std::string first_skipped;  ///< "name: why"
};

/// What a program left in /out. Holds the box's place and memory until it goes.
class OutFolder {
 public:
  using CollectedFn = std::function<void(Result<Collected>)>;
  virtual ~OutFolder() = default;
  /// Copies the files into an empty folder, whose owner gets them. `done` is called once,
  /// on `io`'s thread, after collect() has returned. @error limit, invalid (a link
  /// that leads out, a device; strict only), unavailable, internal.
  virtual void collect(boost::asio::io_context& io, UniqueFd folder, const CollectLimits& limits, CollectedFn done) = 0;
};

struct BoxResult {
  Outcome outcome = Outcome::failed;
  int returncode = 0;
  int signal = 0;
  std::string stdout_text;  ///< Valid UTF-8; head and tail around a marker if long.
  std::string stderr_text;
  std::string captured;
  std::string message;      ///< Why, with the remedy, unless exited.
  std::uint64_t wall_us = 0;
  std::uint64_t cpu_us = 0;
  std::uint64_t max_rss_bytes = 0;
  std::uint64_t stdout_omitted_bytes = 0;
  std::uint64_t stderr_omitted_bytes = 0;
  std::shared_ptr<OutFolder> out;  ///< Null: nothing was left there.
  bool was_warm = false;    ///< The program had been started ahead and waited.
  bool was_copy = false;    ///< It was a copy of a zygote.
  std::optional<bool> work_was_new;  ///< The box's WorkFolder began with it, empty. None: it had none, or nothing ran.
};

/// A piece of live output: 1 stdout, 2 stderr.
using OutputFn = std::function<void(int stream, std::string_view piece)>;
using DoneFn = std::function<void(BoxResult)>;

struct Check {
  std::string name;
  bool ok = false;
  std::string detail;  ///< What was seen, or the failing step and errno.
  std::string remedy;  ///< What the operator can do; "" when ok.
};

/// One per process. start() forks the launcher, so it comes before any thread.
class Sandbox {
 public:
  virtual ~Sandbox() = default;  ///< Ends the launcher and every box.

  /// Never fails for want of rights: a host that cannot isolate gives a Sandbox
  /// whose runs answer Outcome::unavailable with the failing step and the remedy.
  static std::unique_ptr<Sandbox> start(const config::SandboxSettings& settings);

  /// Runs one box. `output` (may be empty) and `done` are called on `io`'s
  /// thread; `done` exactly once, never before run() has returned. Cancelling
  /// kills the whole tree. [request-thread of `io`]
  virtual void run(boost::asio::io_context& io, BoxSpec spec, OutputFn output, DoneFn done,
                   base::CancelToken cancel) = 0;

  /// @error limit: sandbox.sessions_max; unavailable: no boxes on this host. [any-thread]
  [[nodiscard]] virtual Result<std::shared_ptr<WorkFolder>> make_work_folder() = 0;
  /// @param free called, on any thread, when runs wait for memory that files in work
  /// folders take. Set before the first run.
  virtual void on_work_folders_wanted([[maybe_unused]] std::function<void()> free) {}

  /// Boxes that wait for a run, started ahead.
  [[nodiscard]] virtual std::size_t warm_boxes() const { return 0; }
  /// Ends those that wait; the next runs start their own. Blocks for some ms. [any-thread]
  virtual void drop_warm_boxes() {}
  /// Programs that wait to be copied. [any-thread]
  [[nodiscard]] virtual std::size_t ready_zygotes() { return 0; }

  /// Builds a probe box and looks at it from inside. Blocks up to a few seconds.
  virtual std::vector<Check> probe() = 0;
  /// The result of the start-up probe: "" when boxes work, else the reason.
  [[nodiscard]] virtual const std::string& unavailable_reason() const = 0;
  /// Why boxes do not work at this moment: as above, or a launcher that has died
  /// and cannot be started again. "": they do. Cheap. [any-thread]
  [[nodiscard]] virtual std::string present_reason() const { return unavailable_reason(); }
};

}  // namespace collet::sandbox
