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

Value egress_of(const base::EgressRecord& record) {
  std::vector<Value> list;
  for (const base::EgressDecision& one : record.kept) {
    Members members{{"to", one.host + ":" + std::to_string(one.port)}, {"allowed", one.allowed}};
    if (!one.allowed) members.emplace_back("why", one.reason);
    list.push_back(json::object(members));
  }
  return json::array(list);
}

struct Ending {
  std::string_view verdict, rule;
  std::int64_t duration_us = 0;
  std::int64_t output_bytes = 0;
  std::string_view exit, details;
  base::EgressRecord egress{};
};

void write(const AuditedCall& call, const Ending& ending) {
  base::audit(json::object({{"request_id", call.request_id},
                            {"call_id", call.call_id},
                            {"caller", call.caller},
                            {"tool", call.tool},
                            {"asked_name", call.asked_name},
                            {"app", call.app},
                            {"size", call.size},
                            {"arguments_hash", call.arguments.empty() ? std::string() : hash_of(call.arguments)},
                            {"verdict", ending.verdict},
                            {"rule", ending.rule},
                            {"duration_us", ending.duration_us},
                            {"output_bytes", ending.output_bytes},
                            {"exit", ending.exit},
                            {"details", ending.details},
                            {"egress", egress_of(ending.egress)},
                            {"egress_left_out", static_cast<std::int64_t>(ending.egress.left_out)}}));
}

void write_denial(const AuditedCall& call, std::string_view rule) {
  write(call, {.verdict = "denied", .rule = rule, .exit = "denied"});
}

}  // namespace

void audit_call(const AuditedCall& call, const plugin::CallOutcome& outcome) {
  write(call, {"allowed", "default", outcome.duration_us, static_cast<std::int64_t>(outcome.output_bytes), exit_of(outcome),
               outcome.details, outcome.egress});
}

void audit_call(const RunRequest& request, const RunTool& tool, const StartCall& start,
                const plugin::CallOutcome& outcome) {
  audit_call({request.request_id, start.call_id, request.caller.id, tool.offer.tool->info.full_name(),
              tool.asked_name, tool.app, tool.size, start.arguments},
             outcome);
}

void audit_denied_request(std::string_view request_id, std::string_view caller, std::string_view tool_name,
                          const RunTool& tool, std::string_view rule) {
  write_denial({request_id, "", caller, tool_name, tool.asked_name, tool.app, tool.size, ""}, rule);
}

void audit_refusal(const RunRequest& request, const RefuseCall& refusal) {
  AuditedCall call{request.request_id, refusal.call_id, request.caller.id, refusal.name,
                   refusal.name, "", "", refusal.arguments};
  for (const RunTool& tool : request.tools) {
    if (tool.offer.offered_name != refusal.name) continue;
    const std::string full_name = tool.offer.tool->info.full_name();
    call.tool = full_name, call.asked_name = tool.asked_name, call.app = tool.app, call.size = tool.size;
    return write_denial(call, refusal.rule);
  }
  write_denial(call, refusal.rule);
}

}  // namespace collet::agent
