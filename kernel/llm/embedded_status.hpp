// What is known about an embedded model, and how the lines of its child change it.
#pragma once

#include <cstdint>
#include <string>

#include <sys/types.h>

#include "collet/json.hpp"

namespace collet::llm {

enum class EmbeddedState { stopped, downloading, starting, warming, ready, failed };
[[nodiscard]] std::string_view name(EmbeddedState state);

struct EmbeddedStatus {
  EmbeddedState state = EmbeddedState::stopped;
  std::string step;              ///< While downloading: downloading, checking, working, waiting.
  std::int64_t bytes_done = 0;   ///< Of the file under way.
  std::int64_t bytes_total = 0;
  std::string reason;            ///< Why it failed or has to start again; a sentence.
  std::string base_url;          ///< Up to and including /v1; only while warming or ready.
  std::string runtime;           ///< The program that runs it.
  pid_t pid = -1;                ///< Of the runtime; only while warming or ready.
  int starts = 0;                ///< How often it came up: caches are cold after each.
};

/// The status after one line of serve.py. Pure.
[[nodiscard]] EmbeddedStatus after(EmbeddedStatus status, const Value& event);

/// One sentence for a person: "the model is still being downloaded: 43 % of 1117 MB".
[[nodiscard]] std::string describe(const EmbeddedStatus& status);

}  // namespace collet::llm
