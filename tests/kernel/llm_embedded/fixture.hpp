// A model directory, a catalog and a fake runtime, all of one test.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include <sys/types.h>

#include "base/cancel.hpp"
#include "config/settings.hpp"
#include "llm/embedded.hpp"

namespace collet::llm::testing {

class ModelFiles {
 public:
  /// @param runtime_mode good, unhealthy or dies; see fake_runtime.py.
  explicit ModelFiles(std::string runtime_mode = "good");
  ~ModelFiles();

  static constexpr const char* kBytes = "tiny weights";
  void write(const std::string& name, const std::string& bytes) const;
  [[nodiscard]] bool exists(const std::string& name) const { return std::filesystem::exists(folder / name); }
  [[nodiscard]] ModelScripts scripts() const;
  [[nodiscard]] config::ModelSettings settings() const;

  std::filesystem::path folder;  ///< store/ is the model directory, origin.bin the source.
};

/// Calls base_url() on a context of its own and waits for it.
Result<std::string> wait_for_url(EmbeddedModel& model, base::CancelToken cancel = {},
                                 Caller caller = Caller::request);

/// A process by its descriptor: sees its end even when it is not our child.
class Watched {
 public:
  explicit Watched(pid_t pid);
  ~Watched();
  [[nodiscard]] bool ends_within(int timeout_ms) const;

 private:
  int fd_;
};

/// GET on loopback; false when nobody answers with 200.
bool get(const std::string& url, const std::string& path);

}  // namespace collet::llm::testing
