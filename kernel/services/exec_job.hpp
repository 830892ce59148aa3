// A run on its way from a plugin to a box and back.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/gate.hpp"
#include "collet/ext/exec.h"
#include "sandbox/sandbox.hpp"
#include "services/origin.hpp"
#include "services/services.hpp"
#include "services/sessions.hpp"
#include "services/trees.hpp"

namespace collet::services {

struct ExecKeep {
  std::string key;  ///< The plugin's id in front.
  std::string label;
  std::uint32_t seconds_max = 0;
};

struct ExecJob {
  std::shared_ptr<Services> services;
  std::shared_ptr<Scope> scope;
  sandbox::BoxSpec spec;
  std::optional<ExecKeep> keep;
  std::vector<base::GateHost> hosts;
  bool live_output = false;
  bool wants_files = false;
  std::optional<SessionName> session;
  std::shared_ptr<SessionUse> session_use;
  collet_exec_done_fn done = nullptr;
  void* user = nullptr;
};

struct ExecFile {
  std::string name;
  std::string data;
};

/// What the plugin is told beside the box's own result.
struct ExecFiles {
  std::vector<ExecFile> files;
  std::uint32_t skipped = 0;
  std::string first_skipped;
};

/// @error what the C call answers: invalid, denied, unavailable, not_found.
[[nodiscard]] Result<ExecJob> read_exec_request(const collet_exec_request& request, const Origin& origin,
                                                std::shared_ptr<Scope> scope);

void report(const ExecJob& job, const sandbox::BoxResult& box, const ExecFiles& files = {});
void report_unstarted(const ExecJob& job, sandbox::Outcome outcome, int returncode, std::string message);
/// Runs the job in a box; `done` is called on the call's thread.
void run_in_box(const std::shared_ptr<ExecJob>& job, std::function<void(sandbox::BoxResult)> done);
/// For a job with a `keep`: finds, makes, waits for whoever makes it.
void make_or_find(std::shared_ptr<ExecJob> job);
/// Reports with the files that the program left.
void report_with_files(const std::shared_ptr<ExecJob>& job, sandbox::BoxResult box);

}  // namespace collet::services
