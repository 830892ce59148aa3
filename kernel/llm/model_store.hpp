// The files of an embedded model: fetch them, look at them, remove them. All calls
// block; none may be made on an I/O thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "collet/json.hpp"
#include "collet/result.hpp"
#include "config/settings.hpp"
#include "llm/embedded_scripts.hpp"

namespace collet::llm {

struct PullProgress {
  std::string step;     ///< downloading, checking, working, waiting.
  std::string file;     ///< With downloading and checking.
  std::string source;   ///< Where it comes from, for a person; may be "".
  std::string message;  ///< A sentence: what goes on, or why a source was given up.
  std::int64_t bytes_done = 0;
  std::int64_t bytes_total = 0;  ///< 0: unknown.
};

/// Called a few times a second. False gives up; what was fetched is kept for later.
using PullCallback = std::function<bool(const PullProgress&)>;

struct PullSummary {
  std::string model;
  std::string runtime;    ///< The program that will run it.
  std::string directory;
  double seconds = 0;
};

struct ModelFile {
  std::string role;  ///< weights, vocabulary.
  std::string path;
  std::int64_t bytes = 0;  ///< Present, of a broken-off download too.
  std::int64_t bytes_total = 0;
  bool checked = false;  ///< Its hash was compared and is right.
};

struct ModelStoreStatus {
  std::string model;
  std::string about;
  std::string license;
  std::string directory;
  std::string runtime;
  bool runtime_ready = false;
  std::vector<ModelFile> files;
  /// Nothing has to be fetched or installed before a start.
  [[nodiscard]] bool complete() const;
};

struct RemovedModel {
  std::vector<std::string> paths;
  std::int64_t bytes = 0;
};

/// Fetches and checks every missing file and installs the runtime. Two at once, in
/// any processes, wait for each other. @error unavailable (every source failed; the
/// message says why each did), invalid (hash of a file the user named), limit (no
/// room on the disk), not_found, cancelled.
Result<PullSummary> pull_model(const ModelScripts& scripts, const config::ModelSettings& model,
                               const PullCallback& progress);
/// Reads no file whole.
Result<ModelStoreStatus> model_status(const ModelScripts& scripts, const config::ModelSettings& model);
/// Deletes what was fetched; never a file that the user named.
Result<RemovedModel> remove_model(const ModelScripts& scripts, const config::ModelSettings& model);

/// Builds a runtime for this very processor, which later starts prefer: some ten
/// minutes on two cores, prompts are read about twice as fast. Needs a compiler.
/// Progress is in percent (step "building"). @error as pull_model().
Result<PullSummary> build_runtime(const ModelScripts& scripts, const config::ModelSettings& model,
                                  const PullCallback& progress);

/// The error that a script's `failed` line tells.
[[nodiscard]] Error script_error(const Value& event);

}  // namespace collet::llm
