// What all boxes of one sandbox share.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include <sys/types.h>

#include "sandbox/admission.hpp"
#include "sandbox/launcher_process.hpp"
#include "sandbox/sandbox.hpp"
#include "sandbox/slots.hpp"
#include "sandbox/warm_boxes.hpp"
#include "sandbox/zygotes.hpp"

namespace collet::sandbox {

/// [any-thread]
class RunCore {
 public:
  explicit RunCore(const config::SandboxSettings& settings);

  const config::SandboxSettings settings;
  const std::shared_ptr<Admission> admission;
  Slots slots;
  std::atomic<int> work_folders = 0;  ///< That there are now.

  /// The launcher, started anew if it has died and we still may. Null with the
  /// reason in `why_not`.
  [[nodiscard]] std::shared_ptr<LauncherProcess> launcher(Check& why_not);
  /// Why there will be no launcher for the next run; "" when there is one, or one
  /// can be started. Never waits.
  [[nodiscard]] std::string launcher_trouble();
  [[nodiscard]] Zygotes& zygotes() { return zygotes_; }
  [[nodiscard]] WarmBoxes& warm() { return warm_; }
  /// Ends the warm boxes and the launcher for good.
  void stop();

 private:
  const uid_t started_as_;  // who may start a launcher that can do what the first could
  std::mutex mutex_;
  std::shared_ptr<LauncherProcess> launcher_;
  bool started_once_ = false;
  bool stopped_ = false;
  Zygotes zygotes_;
  WarmBoxes warm_;  // last: it uses the rest until it goes
};

/// "detail. remedy"
[[nodiscard]] std::string text_of(const Check& check);

}  // namespace collet::sandbox
