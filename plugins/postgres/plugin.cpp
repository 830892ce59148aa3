// Reads the Postgres databases of the target app, and cannot write to them.
#include <algorithm>
#include <utility>

#include "collet/plugin.hpp"
#include "options.hpp"
#include "pool.hpp"
#include "role_tool.hpp"
#include "session.hpp"
#include "target.hpp"
#include "tools.hpp"
#include "vector_args.hpp"

namespace postgres {

using namespace collet;

namespace {

struct Entry {
  const char* name;
  Result<void> (*check)(const Args&);  ///< Before anything is connected.
  Result<Answer> (*run)(const Work&);
};

constexpr const char* kAttachmentDefault = "DATABASE_URL";
constexpr const char* kVectorTool = "pg_vector_query";

constexpr Entry kTools[] = {
    {"pg_psql", check_psql, run_psql},
    {kVectorTool, check_vector, run_vector},
    {"postgres_get_schema", check_schema, run_schema},
};

}  // namespace

class Postgres {
 public:
  Postgres(Host, const Value& config) : options_(read_options(config)), pool_(options_) {}

  std::vector<ToolSpec> tools() const { return {psql_tool(), vector_tool(), schema_tool()}; }

  std::vector<ToolSpec> commands() const { return {role_script_command(), check_command()}; }

  Result<Specialized> specialize(const SpecializeRequest& request) const {
    Specialized out;
    const auto listed = tools();
    const auto tool = std::ranges::find(listed, request.tool, &ToolSpec::name);
    if (!request.hint.empty() && tool != listed.end()) out.description = tool->description + "\n" + std::string(request.hint);
    if (request.tool == kVectorTool) out.input_schema = vector_schema(request.tool_params);
    return out;
  }

  void run(Call& call, std::string_view tool, const Args& args) {
    auto answer = answer_of(call, tool, args);
    if (!answer) return call.fail(answer.error(), {.retryable = answer.error().code == Errc::unavailable});
    const auto told = answer->is_json ? call.json(std::string_view(answer->text)) : call.text(answer->text);
    if (!told) return call.fail(told.error());
    call.finish({.is_error = answer->is_error});
  }

 private:
  Result<Answer> answer_of(Call& call, std::string_view tool, const Args& args) {
    if (tool == kRoleScript) return as_text(run_role_script(call, args, options_, pool_.background()));
    if (tool == kCheck) return as_text(run_check(call, args, options_, pool_));
    for (const Entry& entry : kTools) {
      if (entry.name == tool) return answer_of(call, entry, args);
    }
    return Error{Errc::internal, "no tool " + std::string(tool)};
  }

  static Result<Answer> as_text(Result<std::string> text) {
    if (!text) return text.error();
    return Answer{*std::move(text)};
  }

  Result<Answer> answer_of(Call& call, const Entry& entry, const Args& args) {
    if (const auto fits = entry.check(args); !fits) return fits.error();
    const auto attachment = args.optional_string("db_attachment", kAttachmentDefault);
    if (!attachment) return attachment.error();
    const auto target = find_target(call, attachment->empty() ? kAttachmentDefault : *attachment);
    if (!target) return target.error();
    const Value tool_params = call.info().tool_params;
    const auto embedded = embed(call, args, tool_params);
    if (!embedded) return embedded.error();
    const Waiter waiter(call, options_.statement_timeout_ms);
    auto session = Session::begin(pool_, call, *target, options_, waiter);
    if (!session) return session.error();
    auto answer = entry.run({*session, args, tool_params, options_, waiter, *embedded});
    if (!session->finish()) return Error{Errc::denied, "/query: the statement ended the read-only transaction; its result is not shown"};
    if (!answer && answer.error().code == Errc::timeout) {
      return Error{Errc::timeout, "the statement was cancelled: " + answer.error().message + "; ask for less, or with an index"};
    }
    return answer;
  }

  /// Before a connection is taken: a model may be slow.
  static Result<Embeddings> embed(const Call& call, const Args& args, const Value& tool_params) {
    const std::string text = text_to_embed(args);
    if (text.empty()) return Embeddings{};
    auto made = call.embed_wait({{text}, std::string(tool_params["embedding_model"].string_or("")), 0});
    if (made) return made;
    return Error{made.error().code, "/query_text: cannot be embedded: " + made.error().message + "; give query_vector, or add a model with the type text-to-embedding to the server"};
  }

  const Options options_;
  Pool pool_;
};

}  // namespace postgres

COLLET_PLUGIN(postgres::Postgres, R"({
  "id": "postgres",
  "version": "0.1.0",
  "description": "Reads the Postgres databases of the target app",
  "license": "Apache-2.0",
  "status": "stable",
  "capabilities": ["app", "log", "embed"],
  "requires": ["collet.app/1"],
  "config_schema": {
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "require_follower": {"type": "boolean", "default": true,
        "description": "Ask only databases that are followers."},
      "allow_unsafe_roles": {"type": "boolean", "default": false,
        "description": "Also use roles that could write or reach beyond the database; logged. Then nothing but the read-only transaction is in the way."},
      "connect_timeout_ms": {"type": "integer", "minimum": 100, "maximum": 120000, "default": 5000,
        "description": "For a new connection; also for a cancel request that nobody answers."},
      "statement_timeout_ms": {"type": "integer", "minimum": 100, "maximum": 600000, "default": 60000,
        "description": "For the whole call, connecting included; the call's own time limit comes first if it is shorter."},
      "lock_timeout_ms": {"type": "integer", "minimum": 1, "maximum": 600000, "default": 2000,
        "description": "For one lock that somebody else holds."},
      "cancel_wait_ms": {"type": "integer", "minimum": 1, "maximum": 60000, "default": 1000,
        "description": "For a cancelled statement to stop, before its connection is closed."},
      "connections_max": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 4,
        "description": "Connections for each app, database and role."},
      "connections_idle_ms": {"type": "integer", "minimum": 0, "maximum": 86400000, "default": 60000,
        "description": "A connection that was idle for longer is not used again."},
      "connection_wait_ms": {"type": "integer", "minimum": 0, "maximum": 600000, "default": 5000,
        "description": "How long a call waits for a connection when all are busy."},
      "rows_max": {"type": "integer", "minimum": 1, "maximum": 100000, "default": 200,
        "description": "Rows that are shown."},
      "rows_counted_max": {"type": "integer", "minimum": 0, "maximum": 100000000, "default": 100000,
        "description": "Further rows that are counted."},
      "cell_bytes_max": {"type": "integer", "minimum": 16, "maximum": 1048576, "default": 2048,
        "description": "Of one value; the rest is counted."},
      "result_bytes_max": {"type": "integer", "minimum": 256, "maximum": 16777216, "default": 65536,
        "description": "Of all values of a result."},
      "schema_bytes_max": {"type": "integer", "minimum": 1000, "maximum": 1048576, "default": 24000,
        "description": "Of what postgres_get_schema answers, some four bytes to a token."}
    }
  }
})")
