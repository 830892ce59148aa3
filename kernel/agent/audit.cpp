#include "agent/audit.hpp"

#include "base/ids.hpp"
#include "base/log.hpp"

namespace collet::agent {
namespace {

std::string hash_of(std::string_view arguments) {
  return "sha256:" + base::sha256_hex(arguments).substr(0, 32);
}

std::string_view exit_of(const plugin::CallOutcome& outcome) {
  if (!outcome.status) return name(outcome.status.error().code);
  return outcome.is_error ? "error" : "ok";
}

}  // namespace

void audit_call(const AuditedCall& call, const plugin::CallOutcome& outcome) {
  base::audit(json::object({{"request_id", call.request_id},
                            {"call_id", call.call_id},
                            {"caller", call.caller},
                            {"tool", call.tool},
                            {"asked_name", call.asked_name},
                            {"app", call.app},
                            {"size", call.size},
                            {"arguments_hash", hash_of(call.arguments)},
                            {"verdict", "allowed"},
                            {"rule", "default"},
                            {"duration_us", outcome.duration_us},
                            {"output_bytes", static_cast<std::int64_t>(outcome.output_bytes)},
                            {"exit", exit_of(outcome)},
                            {"details", outcome.details}}));
}

void audit_call(const RunRequest& request, const RunTool& tool, const StartCall& start,
                const plugin::CallOutcome& outcome) {
  audit_call({request.request_id, start.call_id, request.caller.id, tool.offer.tool->info.full_name(),
              tool.asked_name, tool.app, tool.size, start.arguments},
             outcome);
}

void audit_refusal(const RunRequest& request, const RefuseCall& refusal) {
  base::audit(json::object({{"request_id", request.request_id},
                            {"call_id", refusal.call_id},
                            {"caller", request.caller.id},
                            {"tool", refusal.name},
                            {"arguments_hash", hash_of(refusal.arguments)},
                            {"verdict", "denied"},
                            {"rule", refusal.rule},
                            {"exit", "denied"}}));
}

}  // namespace collet::agent
