// Tools as the agent sees them: descriptors to offer, calls to run.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "base/egress_decision.hpp"
#include "base/run_scope.hpp"
#include "collet/json.hpp"
#include "collet/result.hpp"
#include "collet/schema.hpp"

namespace collet::plugin {

class Generation;  // one loaded version of one configured plugin instance
class Gate;        // how many calls of one tool may run at once

struct ToolExample {
  std::string request, task, arguments, result, answer;
};

/// The host's own copy of a collet_tool.
struct ToolInfo {
  std::string name;        ///< Own name, without the namespace.
  std::string name_space;  ///< "" or the part before '/'.
  std::vector<std::string> aliases;
  std::string title;
  std::string description;
  Value input_schema;
  Value config_schema;  ///< null: none.
  Value output_schema;  ///< null: unchecked.
  std::uint32_t flags = 0;     ///< COLLET_TOOL_*
  std::uint32_t effects = 0;   ///< COLLET_EFFECT_*
  std::uint32_t exposure = 0;  ///< COLLET_EXPOSES_*
  std::int64_t timeout_ms = 0;
  int concurrency_max = 0;
  std::vector<ToolExample> examples;
  std::string plugin_id;
  std::string instance;  ///< Configured name; the plugin id for an unnamed one.
  bool is_command = false;  ///< Of collet.commands/1: for the operator, never for a model.

  /// "namespace/name" or "name".
  [[nodiscard]] std::string full_name() const;
};

/// A tool that can be called. Keeps its generation of the plugin alive.
struct Tool {
  ToolInfo info;
  Schema input;  ///< info.input_schema, compiled.
  std::shared_ptr<Generation> generation;
  std::optional<Schema> config{};  ///< info.config_schema, compiled.
  std::optional<Schema> output{};  ///< info.output_schema, compiled.
  std::shared_ptr<Gate> gate{};    ///< Null: no own limit.
};
using ToolPtr = std::shared_ptr<const Tool>;

/// What one request sees of a tool after tool_params had their say.
struct Offer {
  ToolPtr tool;
  std::string offered_name;  ///< What the model calls it.
  std::string description;
  Value input_schema;  ///< Without pinned arguments; specialised.
  Schema input;        ///< input_schema, compiled.
  Value pinned;        ///< Object merged into the arguments.
  Value tool_params;   ///< What is left of tool_params; an object.
  /// What arguments with the pinned ones merged in have to fit; empty without
  /// pinned ones, then it is `input`.
  std::optional<Schema> whole{};
};

/// Who a tool is offered to. Borrowed; "" where it is not known or there is none.
struct OfferFor {
  std::string_view caller, app, size;
};

/// Applies pinned arguments, config_schema and collet.specialize/1.
/// @error invalid: a key of tool_params is neither; message has path and choices.
[[nodiscard]] Result<Offer> make_offer(const ToolPtr& tool, std::string_view offered_name,
                                       const Value& tool_params, std::string_view description_hint,
                                       const OfferFor& who = {});

/// The arguments of one call: pinned ones merged in, checked, defaults filled in.
/// @param wanted what the model said; an object.
/// @error invalid: they do not fit; the message names the places.
[[nodiscard]] Result<Value> complete_arguments(const Offer& offer, const Value& wanted);

struct CallFacts {
  std::string request_id;
  std::string call_id;
  std::string caller;
  std::string tool_name;  ///< As the caller wrote it.
  std::string app;
  std::string size;
  Value tool_params;
  int attempt = 1;
  std::int64_t timeout_ms = 0;
  std::uint64_t output_bytes_max = 0;
  std::shared_ptr<base::RunScope> run;  ///< Of the agent run; null: the call stands alone.
};

struct Content {
  std::int32_t kind = 0;  ///< COLLET_CONTENT_*
  std::string mime;
  std::string data;
  std::string name;
};

struct CallOutcome {
  Result<void> status;  ///< Not ok: could not run, or ended with a negative status.
  bool is_error = false;
  bool is_empty = false;
  bool retryable = false;
  std::vector<Content> contents;
  std::string details;  ///< For the audit log.
  std::int64_t duration_us = 0;
  std::uint64_t output_bytes = 0;
  base::EgressRecord egress;
};

struct CallProgress {
  std::int32_t kind = 0;  ///< COLLET_PROGRESS_*
  double done = 0;
  double total = 0;
  std::string text;
};

/// A call under way. Dropping the handle does not end the call: cancel() does.
class RunningCall {
 public:
  virtual ~RunningCall() = default;
  /// Asks the plugin to stop and completes the call with `reason` at once; what
  /// the plugin still says later meets a tombstone.
  virtual void cancel(Error reason) = 0;
};

struct CallEvents {
  std::function<void(CallProgress)> progress;  ///< May be empty.
  std::function<void(CallOutcome)> done;       ///< Exactly once.
};

/// Runs one call; both events come on `io`'s thread, `done` never before this has
/// returned. The deadline is enforced here, also against a plugin that ignores
/// it. `arguments` must fit the tool's own input schema.
[[nodiscard]] std::shared_ptr<RunningCall> start_call(boost::asio::io_context& io, const ToolPtr& tool,
                                                      CallFacts facts, std::string arguments,
                                                      CallEvents events);

/// A shorter text of a result for later turns through collet.redact/1; the text
/// itself where the plugin has no such ability.
[[nodiscard]] std::string redact(const Tool& tool, std::string text);

/// Every tool there is right now. Immutable.
class Snapshot {
 public:
  /// By own name, alias or "namespace/name".
  /// @error not_found (with the nearest names), invalid (ambiguous, lists them).
  [[nodiscard]] virtual Result<ToolPtr> find(std::string_view name) const = 0;
  [[nodiscard]] virtual const std::vector<ToolPtr>& tools() const = 0;
  /// @param name "group/name". @param instance "": the only one that has it.
  /// @error as find().
  [[nodiscard]] virtual Result<ToolPtr> find_command(std::string_view name, std::string_view instance) const = 0;
  [[nodiscard]] virtual const std::vector<ToolPtr>& commands() const = 0;
  virtual ~Snapshot() = default;
};

/// What `collet tools` shows of one file.
struct PluginStatus {
  std::string file;
  std::string id;
  std::string version;
  std::string instance;
  std::string state;   ///< serving, refused, quarantined.
  std::string reason;  ///< Why, unless serving.
  std::string sha256;
  std::vector<std::string> tools;
};

}  // namespace collet::plugin
