// Every setting of the server, with its default. Filled by load.cpp from
// config.yaml; the components take the struct they need and never parse.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "collet/json.hpp"

namespace collet::config {

struct TlsSettings {
  std::string cert;  ///< PEM chain file; "" and "": plain HTTP.
  std::string key;
};

struct ServerSettings {
  std::string listen = "127.0.0.1:8080";  ///< HOST:PORT; port 0 picks one.
  TlsSettings tls;
  int io_threads = 0;                     ///< 0: one per core.
  std::string user = "auto";  ///< Whom a server started as root becomes; "": nobody else; auto: collet, if there.
  bool platform_shim = false;  ///< Serve the platform API calls that the official CLI makes.
  std::string public_url;      ///< What the shim hands out; "": http(s)://listen.
};

struct KeySettings {
  std::string id;
  std::string key;                        ///< The key, or "sha256:<hex>" of it.
  std::vector<std::string> tools = {"*"};  ///< Globs of tool names.
  std::vector<std::string> commands;       ///< Globs of the plugins' commands, "group/name".
  int requests_per_minute = 150;
  std::int64_t tokens_per_minute = 800'000;
};

struct AuthSettings {
  std::vector<KeySettings> keys;
};

struct EmbeddedSettings {
  std::string dir;             ///< Weights and runtime; "": $XDG_CACHE_HOME/collet/model.
  std::string weights_file;    ///< A GGUF file the user has; "": the default model.
  std::string runtime = "auto";  ///< auto, llama-server, xllamacpp.
  bool download = true;        ///< Fetch missing files at start.
  int context_tokens = 16'384;
  int threads = 0;             ///< 0: one per core.
  std::int64_t start_timeout_ms = 120'000;
  std::vector<std::string> prewarm_tools;  ///< Globs of tools, offered together; empty: no warm-up.
  std::string weights_sha256;  ///< Hash of weights_file; "": that of the default model.
  int slots = 2;               ///< Conversations kept ready at once; they share the context.
  std::int64_t cache_bytes_max = 1024ll << 20;  ///< Memory for prompts that left their slot.
  int prompt_files_max = 8;  ///< Fixed prompts kept on disk in `dir`; 0: none.
  std::int64_t ready_wait_ms = 90'000;  ///< A request waits this long for a model that is not ready yet.
};

struct ModelSettings {
  std::string id;
  std::string provider = "openai";  ///< openai, embedded.
  std::string base_url;
  std::string api_key;
  std::string upstream_model;       ///< "": the id.
  std::string tool_mode = "native";  ///< native, planned.
  std::vector<std::string> types = {"text-to-text"};  ///< Also text-to-embedding.
  bool vision = false;              ///< Takes pictures.
  bool slash_in_names = false;      ///< The back end takes '/' in function names.
  std::int64_t connect_timeout_ms = 10'000;
  std::int64_t first_byte_timeout_ms = 120'000;
  std::int64_t idle_timeout_ms = 60'000;
  int retries_max = 2;
  EmbeddedSettings embedded;
};

struct AppSettings {
  std::string root;
  std::map<std::string, std::string> config_vars;
  std::vector<std::string> tools = {"*"};
  std::vector<std::string> roots;
  std::vector<std::string> network;  ///< host:port
};

struct AgentSettings {
  std::string model;
  std::string instructions;
  std::vector<std::string> tools;
  std::vector<std::string> mcp_servers;
};

struct PluginInstanceSettings {
  std::string plugin;
  std::string name;
  Value config;
};

struct PluginSettings {
  std::string dir = "./plugins";
  std::vector<std::string> trusted_dirs;
  std::vector<PluginInstanceSettings> instances;
  std::map<std::string, std::vector<std::string>> grants;  ///< Plugin id to capabilities; shipped ones get what they ask.
  std::map<std::string, std::string> secrets;  ///< "plugin/name" to value.
};

struct SizeSettings {
  std::int64_t memory_bytes = 512ll << 20;
  int pids_max = 256;
  int cpu_weight = 50;
  double cpu_cores = 1;  ///< 0: all.
  std::int64_t disk_bytes = 256ll << 20;
};

struct SandboxSettings {
  std::string backend = "auto";    ///< auto, native, bwrap; runsc is refused.
  std::string bwrap_path = "/usr/bin/bwrap";
  int boxes_max = 64;              ///< Boxes at once.
  std::int64_t uid_base = 200'000;  ///< First host uid; boxes_max + warm_boxes_max + sessions_max + 1 are used.
  std::int64_t output_head_bytes = 48 << 10;
  std::int64_t output_tail_bytes = 16 << 10;
  std::int64_t output_bytes_max = 64ll << 20;
  std::int64_t captured_bytes_max = 64 << 10;
  std::int64_t input_bytes_max = 16ll << 20;
  std::int64_t kill_grace_ms = 200;
  double memory_budget = 0.75;     ///< Share of the host's memory that boxes may hold.
  std::map<std::string, std::vector<std::string>> runtimes;  ///< Language to [interpreter, root...].
  bool soft_limits = false;  ///< Run without cgroups, on weaker per-process limits.
  int queue_max = 256;       ///< Runs that may wait for room; more are refused.
  int warm_boxes_max = 16;   ///< Boxes kept started ahead of need, beside boxes_max; 0: none.
  std::int64_t warm_idle_seconds = 120;  ///< Without a run for so long, a program is kept ready no longer.
  int zygotes_max = 8;       ///< Programs kept to be copied into boxes; 0: every box starts its own.
  std::int64_t zygote_copies_max = 1000;       ///< After so many a zygote is replaced ...
  std::int64_t zygote_age_seconds_max = 600;   ///< ... or after so long.
  int sessions_max = 32;     ///< Work folders kept between calls, all together.
  int session_queue_max = 16;  ///< Calls that may wait for their turn in one.
  std::int64_t session_idle_seconds = 600;     ///< A named one goes when no call has used it for so long ...
  std::int64_t session_seconds_max = 14'400;   ///< ... or when it is so old.
  double warm_memory_floor = 0.1;        ///< Share of the host's memory that must be free for warm boxes.
  std::int64_t trees_bytes_max = 4ll << 30;  ///< Kept package sets and caches, all together.
  std::int64_t tree_bytes_max = 1ll << 30;   ///< One of them.
  int tree_files_max = 100'000;              ///< Files, folders and links of one.
  std::int64_t artifacts_bytes_max = 25ll << 20;  ///< Files of one run that come back.
  std::int64_t artifact_bytes_max = 10ll << 20;   ///< One of them.
  int artifacts_max = 64;
  std::string launcher;      ///< Path of collet-launcher; "": beside this program.
  std::string cgroup_root;   ///< Where cgroups are made; "": below the server's own.
};

/// Outgoing HTTP of plugins.
struct EgressSettings {
  std::vector<std::string> allow_private;  ///< HOST:PORT
  std::vector<std::string> ports = {"80", "443", "8080", "8443"};  ///< Of public hosts.
  int redirects_max = 5;
  std::int64_t request_bytes_max = 4ll << 20;    ///< Body of a request.
  std::int64_t response_bytes_max = 32ll << 20;  ///< Body of an answer, decompressed.
  int inflate_ratio_max = 200;  ///< Decompressed against received bytes.
  std::int64_t connect_timeout_ms = 10'000;
  std::int64_t idle_timeout_ms = 30'000;         ///< Between two pieces of an answer.
  std::int64_t cache_bytes_max = 32ll << 20;     ///< Answers kept to be validated; 0: none is.
};

struct LimitSettings {
  int turns_max = 24;
  std::int64_t run_seconds_max = 900;
  int tool_calls_max = 64;
  int parallel_calls_max = 8;
  int calls_per_tool_default = 3;
  int calls_per_tool_max = 64;
  int tools_per_request_max = 128;
  std::int64_t ttl_seconds_default = 120;
  std::int64_t ttl_seconds_max = 120;
  std::int64_t run_output_bytes_max = 8ll << 20;
  std::int64_t call_output_bytes_max = 1 << 20;
  std::int64_t arguments_bytes_max = 1 << 20;
  std::int64_t picture_bytes_max = 4 << 20;
  std::int64_t body_bytes_max = 4'194'304;
  std::int64_t header_bytes_max = 32 << 10;
  int connections_max = 4096;
  int connections_per_ip_max = 1024;
  std::int64_t header_timeout_ms = 10'000;
  std::int64_t body_timeout_ms = 30'000;
  std::int64_t idle_timeout_ms = 75'000;
  std::int64_t write_timeout_ms = 60'000;
  std::int64_t write_buffer_bytes_max = 256 << 10;
  std::int64_t keepalive_ms = 15'000;
  std::int64_t shutdown_grace_ms = 10'000;
  int worker_threads = 8;
  int worker_queue_max = 256;
  std::int64_t cancel_grace_ms = 2'000;  ///< A call may linger this long after its end.
  int stuck_calls_max = 3;               ///< Then the plugin is quarantined.
  std::int64_t kv_bytes_max = 16 << 20;
  std::int64_t blob_bytes_max = 64 << 20;
  int json_depth_max = 128;
};

struct Settings {
  ServerSettings server;
  AuthSettings auth;
  std::vector<ModelSettings> models;
  std::map<std::string, std::string> aliases;
  std::map<std::string, AppSettings> apps;
  std::map<std::string, AgentSettings> agents;
  PluginSettings plugins;
  std::map<std::string, SizeSettings> sizes;  ///< The four documented ones unless given.
  SandboxSettings sandbox;
  EgressSettings egress;
  LimitSettings limits;
  base::LogSettings log;
  std::string state_dir;  ///< Keys, kv; "": $XDG_STATE_HOME/collet.
  std::string source;     ///< Path of the file, "" for the built-in defaults.
};

}  // namespace collet::config
