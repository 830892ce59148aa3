// One audit line per tool call.
#pragma once

#include <string_view>

#include "agent/machine.hpp"
#include "plugin/invoke.hpp"

namespace collet::agent {

struct AuditedCall {
  std::string_view request_id, call_id, caller, tool, asked_name, app, size, arguments;
};

/// A call that ran: caller, tool, app, argument hash, verdict and rule, duration,
/// bytes, exit, and what of it left this machine or was kept from it. Never the arguments or the result.
void audit_call(const AuditedCall& call, const plugin::CallOutcome& outcome);
void audit_call(const RunRequest& request, const RunTool& tool, const StartCall& start,
                const plugin::CallOutcome& outcome);
/// A tool that the request may not even offer.
void audit_denied_request(std::string_view request_id, std::string_view caller, std::string_view tool_name,
                          const RunTool& tool, std::string_view rule);
/// A call that was not let through.
void audit_refusal(const RunRequest& request, const RefuseCall& refusal);

}  // namespace collet::agent
