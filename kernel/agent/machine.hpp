// The agent loop as a pure state machine: no I/O, no clock, no threads.
//
//   start() -> AskModel
//   ModelAnswered -> Emit turn, then either Finish, or StartCall for each call
//   CallEnded     -> Emit completions in call order; after the last AskModel
//   Stopped       -> Abandon what runs, Finish
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "agent/event.hpp"
#include "agent/pictures.hpp"
#include "agent/run.hpp"

namespace collet::agent {

// ---- inputs ---------------------------------------------------------------

struct ModelAnswered {
  llm::ModelTurn turn;
};
struct ModelFailed {
  Error error;
};
/// How one call ended, ready for the model and for the wire.
struct CallEnded {
  std::size_t index = 0;   ///< StartCall::index.
  std::string text;        ///< What the model reads.
  std::string later_text;  ///< What it reads from the turn after that on; "": text.
  std::string result;      ///< JSON text of the CallToolResult.
  bool is_error = false;
  bool is_empty = false;
  std::vector<Picture> pictures;  ///< Named neither in text nor in later_text.
};
/// A deadline passed (code timeout) or the caller left (cancelled).
struct Stopped {
  Error reason;
  bool is_cap = false;  ///< By a limit of the run.
};
using Input = std::variant<ModelAnswered, ModelFailed, CallEnded, Stopped>;

// ---- outputs --------------------------------------------------------------

/// Ask for the next turn with turn_request().
struct AskModel {};
struct StartCall {
  std::size_t index = 0;  ///< Position among the calls of this turn.
  std::size_t tool = 0;   ///< Position in RunRequest::tools.
  std::string call_id;
  std::string arguments;  ///< Checked JSON, pinned arguments merged in.
};
/// A call that will not run; its CallEnded is not awaited.
struct RefuseCall {
  std::string call_id;
  std::string name;
  std::string_view rule;
  std::string message;
  std::string arguments;
};
struct Emit {
  Event event;
};
/// Cancel the model turn and every running call, for this reason.
struct Abandon {
  Error reason;
};
struct Finish {};
using Output = std::variant<AskModel, StartCall, RefuseCall, Emit, Abandon, Finish>;

class Machine {
 public:
  explicit Machine(RunRequest request);

  [[nodiscard]] std::vector<Output> start();
  [[nodiscard]] std::vector<Output> feed(Input input);

  [[nodiscard]] bool finished() const { return finished_; }
  /// What to send for the AskModel that was put out last.
  [[nodiscard]] llm::TurnRequest turn_request() const;
  [[nodiscard]] const RunRequest& request() const { return request_; }
  [[nodiscard]] const RunSummary& summary() const { return summary_; }

 private:
  struct Call {
    llm::ToolCall wanted;
    std::size_t tool = 0;
    enum class State { waiting, running, ended, emitted } state = State::waiting;
    std::string arguments;
    CallEnded end;
  };
  struct Refusal {
    std::string_view rule;
    std::string message;
  };

  std::vector<Output> on(ModelAnswered input);
  std::vector<Output> on(ModelFailed input);
  std::vector<Output> on(CallEnded input);
  std::vector<Output> on(Stopped input);
  std::vector<Output> begin_calls(std::vector<llm::ToolCall> wanted);
  std::vector<Output> advance();
  std::vector<Output> fail(Error error, bool is_cap = false);
  Result<std::string> admit(const llm::ToolCall& wanted, Call& call, std::string_view& rule);
  void refuse(Call& call, std::string_view rule, const std::string& message,
              std::vector<Output>& out);
  void remember_result(Call& call);
  void shorten_old_results();
  [[nodiscard]] bool calls_client(const llm::ModelTurn& turn) const;
  [[nodiscard]] std::string offered_names() const;

  RunRequest request_;
  std::vector<int> calls_used_;  // by tool
  std::vector<Call> calls_;      // of the turn at hand
  std::vector<std::pair<std::size_t, std::string>> later_texts_;  // message index, text
  Pictures pictures_;
  std::uint64_t output_bytes_ = 0;
  RunSummary summary_;
  bool finished_ = false;
};

/// What the model is told of a tool.
[[nodiscard]] llm::ToolSpec tool_spec(const plugin::Offer& offer);
/// A CallToolResult that holds one text.
[[nodiscard]] std::string text_result(std::string_view text, bool is_error);

}  // namespace collet::agent
