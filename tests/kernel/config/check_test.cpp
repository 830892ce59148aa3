#include <gtest/gtest.h>

#include "config/load.hpp"

namespace collet::config {
namespace {

struct Case {
  const char* name;
  const char* yaml;
  const char* message;  ///< "" when the text is right.
};

void PrintTo(const Case& test_case, std::ostream* out) { *out << test_case.yaml; }

class Check : public testing::TestWithParam<Case> {};

TEST_P(Check, FindsTheFault) {
  const auto settings = load_text(GetParam().yaml, "c");
  EXPECT_EQ(settings ? "" : settings.error().message, GetParam().message);
}

constexpr const char* kDigest = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const std::string kHashedKey = std::string("auth: {keys: [{id: a, key: '") + kDigest + "'}]}";

INSTANTIATE_TEST_SUITE_P(
    Config, Check,
    testing::Values(
        Case{"KeyIdTwice", "auth:\n  keys:\n  - {id: a, key: x}\n  - {id: a, key: y}\n",
             "c:4: auth.keys[1].id: \"a\" is the id of an earlier key; ids are unique"},
        Case{"KeyTwice", "auth:\n  keys:\n  - {id: a, key: x}\n  - {id: b, key: x}\n",
             "c:4: auth.keys[1].key: an earlier entry has the same key; keys are unique"},
        Case{"HashedKey", kHashedKey.c_str(), ""},
        Case{"ShortHash", "auth: {keys: [{id: a, key: 'sha256:12'}]}",
             "c:1: auth.keys[0].key: expected 64 lower-case hex digits after sha256:"},
        Case{"ToolGlob", "auth: {keys: [{id: a, key: x, tools: ['code_*', '[a]']}]}",
             "c:1: auth.keys[0].tools[1]: \"[a]\" is no tool glob: only * (any run) and ? (any character) are special"},
        Case{"ModelIdTwice", "models:\n- {id: a, provider: embedded}\n- {id: a, provider: embedded}\n",
             "c:3: models[1].id: \"a\" is the id of an earlier model; ids are unique"},
        Case{"ModelWithoutUrl", "models: [{id: a}]",
             "c:1: models[0].base_url: expected a URL as in http://127.0.0.1:9000/v1, got \"\""},
        Case{"ModelWithOddUrl", "models: [{id: a, base_url: 'ftp://x'}]",
             "c:1: models[0].base_url: expected a URL as in http://127.0.0.1:9000/v1, got \"ftp://x\""},
        Case{"VisionOfAPlannedModel", "models: [{id: a, base_url: 'http://x/v1', tool_mode: planned, vision: true}]",
             "c:1: models[0].vision: a model that is led step by step is shown no pictures; leave it out, or use provider openai with tool_mode native"},
        Case{"AliasToNothing", "aliases: {x: nothing}", "c:1: aliases.x: \"nothing\" is not the id of a model; there are local, local-embeddings"},
        Case{"AliasLikeAModel", "aliases: {local: local}",
             "c:1: aliases.local: is the id of a model already; an alias needs a name of its own"},
        Case{"AgentWithoutModel", "agents: {r: {model: nope}}",
             "c:1: agents.r.model: \"nope\" is neither a model nor an alias; there are local, local-embeddings"},
        Case{"AgentByAlias", "aliases: {fast: local}\nagents: {r: {model: fast}}", ""},
        Case{"AgentLikeAnAlias", "aliases: {fast: local}\nagents: {fast: {model: local}}",
             "c:2: agents.fast: is the name of a model or alias already; an agent needs a name of its own"},
        Case{"AgentMcpUrl", "agents: {r: {model: local, mcp_servers: ['node x.js']}}",
             "c:1: agents.r.mcp_servers[0]: MCP servers are not available yet; leave it empty"},
        Case{"AppWithoutFolder", "apps: {a: {root: /nonexistent/app}}", "c:1: apps.a.root: there is no folder /nonexistent/app"},
        Case{"AppNetwork", "apps: {a: {root: /, network: ['api.example.com:443', '10.0.0.5:8443', '[::1]:1']}}", ""},
        Case{"AppNetworkWithoutPort", "apps: {a: {root: /, network: [api.example.com]}}",
             "c:1: apps.a.network[0]: expected HOST:PORT as in api.example.com:443, got \"api.example.com\""},
        Case{"AppWithoutRoot", "apps: {a: {config_vars: {A: b}}}", ""},
        Case{"InstanceTwice", "plugins:\n  instances:\n  - {plugin: p, name: n}\n  - {plugin: q, name: n}\n",
             "c:4: plugins.instances[1].name: \"n\" is the name of an earlier instance; names are unique"},
        Case{"InstanceConfig", "plugins: {instances: [{plugin: p, name: n, config: [1]}]}",
             "c:1: plugins.instances[0].config: expected a map of options"},
        Case{"SecretName", "plugins: {secrets: {token: x}}", "c:1: plugins.secrets.token: expected PLUGIN/NAME as the key"},
        Case{"Egress", "egress: {allow_private: ['10.0.0.1:5432', '10.0.0.1']}",
             "c:1: egress.allow_private[1]: expected HOST:PORT as in 10.0.0.5:5432, got \"10.0.0.1\""},
        Case{"EgressPortZero", "egress: {allow_private: ['h:0']}",
             "c:1: egress.allow_private[0]: expected HOST:PORT as in 10.0.0.5:5432, got \"h:0\""},
        Case{"ListenV6", "server: {listen: '[::1]:0'}", ""},
        Case{"ListenBareV6", "server: {listen: '::1:0'}",
             "c:1: server.listen: expected HOST:PORT as in 127.0.0.1:8080 or [::1]:0, got \"::1:0\""},
        Case{"ListenPort", "server: {listen: 'h:65536'}",
             "c:1: server.listen: expected HOST:PORT as in 127.0.0.1:8080 or [::1]:0, got \"h:65536\""},
        Case{"LimitOrder", "limits: {ttl_seconds_default: 130}",
             "c:1: limits.ttl_seconds_default: is 130, more than ttl_seconds_max (120)"},
        Case{"SizeOrder", "sizes: {s: {memory_bytes: 33554432, disk_bytes: 67108864}}",
             "c:1: sizes.s.disk_bytes: is 67108864, more than memory_bytes (33554432), to which it is charged"},
        Case{"SizeZero", "sizes: {s: {pids_max: 0}}", "c:1: sizes.s.pids_max: expected a whole number 1..32768, got 0"},
        Case{"RuntimePath", "sandbox: {runtimes: {python: [python3]}}",
             "c:1: sandbox.runtimes.python[0]: expected an absolute path, got \"python3\""}),
    [](const auto& info) { return info.param.name; });

TEST(CheckTls, NeedsBothFilesAndTheyMustExist) {
  const auto settings = load_text("server: {tls: {cert: /nonexistent/c.pem}}", "c");
  ASSERT_FALSE(settings);
  EXPECT_EQ(settings.error().message,
            "c:1: server.tls: cert is given without key; give both, or neither for plain HTTP\n"
            "c:1: server.tls.cert: there is no file /nonexistent/c.pem");
}

}  // namespace
}  // namespace collet::config
