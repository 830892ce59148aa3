// Blocks, has arguments that a request may pin, and makes its schema from what
// the request declares.
#include <chrono>
#include <thread>

#include "collet/plugin.hpp"

namespace {

using namespace collet;

class Pinned {
 public:
  Pinned(Host host, const Value& config) : greeting_(config["greeting"].string_or("query")) {
    host.log_info("pinned is up", {{"greeting", greeting_}});
  }

  std::vector<ToolSpec> tools() const {
    ToolSpec query{.name = "query_table", .description = "Asks a table."};
    query.input_schema = R"({"type":"object","properties":{"query":{"type":"string"},"table":{"type":"string"},
      "limit":{"type":"integer","minimum":1,"maximum":100,"default":10}},"required":["query","table"],
      "additionalProperties":false})";
    query.config_schema = R"({"type":"object","properties":{"mode":{"enum":["fast","exact"]}},"additionalProperties":false})";
    query.examples = {{"Who is in it?", "list everybody", R"({"query":"all","table":"people"})", "Ann", "Ann is in it."}};
    query.effects = COLLET_EFFECT_READS;

    ToolSpec command{.name = "run_declared", .description = "Not configured yet."};
    command.input_schema = R"({"type":"object"})";
    command.config_schema = R"({"type":"object","properties":{"cmd":{"type":"string"},"description":{"type":"string"},
      "parameters":{"type":"object"}},"required":["cmd"],"additionalProperties":false})";

    ToolSpec block{.name = "block", .description = "Blocks a worker thread."};
    block.input_schema = R"({"type":"object","properties":{"ms":{"type":"integer"}},"required":["ms"]})";
    ToolSpec either{.name = "either", .description = "Takes one of two."};
    either.input_schema = R"({"type":"object","properties":{"a":{"type":"integer"},"b":{"$ref":"#/$defs/small"}},
      "oneOf":[{"required":["a"]},{"required":["b"]}],"$defs":{"small":{"type":"integer","maximum":9}}})";
    return {query, command, block, either};
  }

  std::vector<ToolSpec> commands() const {
    ToolSpec greet{.name = "greet-all", .name_space = "demo", .description = "Greets people."};
    greet.input_schema = R"({"type":"object","properties":{"people_named":{"type":"array","items":{"type":"string"},"minItems":1},
      "loud":{"type":"boolean","default":false},"times":{"type":"integer","default":1}},"required":["people_named"],"additionalProperties":false})";
    return {greet};
  }

  Result<std::string> run(Call& call, std::string_view tool, const Args& args) {
    if (tool == "greet-all") return greeting_ + " all " + args.json().dump();
    if (tool == "query_table") return greeting_ + " " + args.json().dump() + " mode " + mode_of(call);
    if (tool == "run_declared") return "$ " + std::string(call.info().tool_params["cmd"].string_or("?")) + " " + args.json().dump();
    const auto ms = args.integer("ms");
    if (!ms) return ms.error();
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(*ms);
    while (std::chrono::steady_clock::now() < end) {
      if (call.cancelled()) return Error{Errc::cancelled, "stopped blocking"};
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return "blocked for " + std::to_string(*ms) + " ms";
  }

  Result<Specialized> specialize(const SpecializeRequest& request) {
    if (request.tool != "run_declared") return Specialized{};
    const Value& params = request.tool_params;
    Specialized out;
    out.description = params["description"].string_or(request.hint);
    if (!request.app.empty()) {
      out.description += " for " + std::string(request.caller) + " on " + std::string(request.app) + " " + std::string(request.size);
    }
    if (out.description.empty()) return Error{Errc::invalid, "/tool_params/description: required, what the command does"};
    if (params.has("parameters")) out.input_schema = params["parameters"].dump();
    return out;
  }

  std::optional<std::string> redact(std::string_view, std::string_view result) {
    if (result.size() < 20) return std::nullopt;
    return std::string(result.substr(0, 10)) + "...";
  }

 private:
  static std::string mode_of(const Call& call) { return std::string(call.info().tool_params["mode"].string_or("none")); }
  std::string greeting_;
};

}  // namespace

COLLET_PLUGIN(Pinned, R"({
  "id": "pinned", "version": "1.0.0", "capabilities": ["kv"],
  "config_schema": {"type": "object", "properties": {"greeting": {"type": "string"}}, "additionalProperties": false}
})")
