// collet/call.hpp - one running call, as a plugin written in C++ sees it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "collet/abi.h"
#include "collet/json.hpp"
#include "collet/result.hpp"
#include "collet/services.hpp"

namespace collet {

namespace glue {
struct CallState;
class RunningCalls;
}  // namespace glue

/// Facts about a call; see collet_call_info.
struct CallInfo {
  std::string request_id, call_id, caller, tool, app, size;
  Value tool_params;
  std::uint32_t attempt = 1;
  std::int64_t deadline_ms = 0;
  std::uint64_t output_bytes_max = 0;
};

/// How a call ended, beside its content.
struct End {
  bool is_error = false;   ///< The tool ran and failed; the content says how.
  bool is_empty = false;   ///< Ran well but has nothing to say.
  bool retryable = false;  ///< The same call may work later.
  std::string details;     ///< JSON for the audit log only.
};

enum class Stream { out, err };

/// A handle of one call: cheap to copy, usable from any thread, harmless after
/// the end. If the last copy goes without finish() or fail(), the call fails with
/// an internal error.
class Call : public Services {
 public:
  explicit Call(std::shared_ptr<glue::CallState> state);

  // Parts of the result. @error limit (output_bytes_max, or a cap of abi.h), closed
  // (stop working), invalid (no JSON).
  Result<void> text(std::string_view text);
  Result<void> json(const Value& value);
  Result<void> json(std::string_view json);  ///< Valid JSON text.
  Result<void> image(std::string_view bytes, std::string_view mime, std::string_view name = {});
  Result<void> blob(std::string_view id, std::string_view mime, std::string_view name = {});
  Result<void> link(std::string_view uri, std::string_view name = {}, std::string_view mime = {});

  /// For whoever watches; may be dropped.
  void progress(std::string_view text, double done = 0, double total = 0);
  void output(Stream stream, std::string_view piece);

  [[nodiscard]] bool cancelled() const;
  [[nodiscard]] std::int64_t remaining_ms() const;
  /// Empty once the call is over.
  [[nodiscard]] CallInfo info() const;
  /// `callback` runs once, on some thread, when the call should end; at once if
  /// that is so already. It must be quick. One per call; a second replaces. It is
  /// let go of at the end of the call; one that holds a copy of the Call keeps it
  /// from ending by itself when the last other copy goes.
  void on_cancel(std::function<void()> callback);

  /// Ends the call. The first of finish() and fail() counts.
  void finish(const End& end = {});
  /// Ends the call with an error; the message is shown to the model.
  void fail(const Error& error, const End& end = {});
  [[nodiscard]] bool finished() const;

 private:
  Result<void> emit(std::int32_t kind, std::string_view data, std::string_view mime, std::string_view name);
  std::shared_ptr<glue::CallState> state_;
};

}  // namespace collet
