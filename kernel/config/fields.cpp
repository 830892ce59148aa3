#include "config/fields.hpp"

#include "config/fields_build.hpp"

namespace collet::config {
namespace {

constexpr double kInt = 2'147'483'647;
constexpr double kGiB = 1024.0 * 1024 * 1024;
constexpr double kTiB = kGiB * 1024;
constexpr double kHourMs = 3'600'000;

const Section kTls{"tls", prototype_of<TlsSettings>, {
    path<&TlsSettings::cert>("cert", "PEM file with the certificate chain; empty for plain HTTP."),
    path<&TlsSettings::key>("key", "PEM file with the private key; given together with cert."),
}};

const Section kServer{"server", prototype_of<ServerSettings>, {
    value<&ServerSettings::listen>("listen", "HOST:PORT to listen on; port 0 picks a free one."),
    section<&ServerSettings::tls>("tls", kTls, "Certificate of the listener."),
    number<&ServerSettings::io_threads>("io_threads", 0, 256, "threads", "Threads that serve requests; 0 is one per core."),
    value<&ServerSettings::user>("user", "User that a server started as root becomes; empty is none, auto is collet where that user exists."),
    value<&ServerSettings::platform_shim>("platform_shim", "Also answer the platform calls that the official command line needs."),
    value<&ServerSettings::public_url>("public_url", "Base URL under which clients reach this server; empty is the address listened on."),
}};

const Section kKey{"a key", prototype_of<KeySettings>, {
    required(value<&KeySettings::id>("id", "Name of the caller, for logs and limits.")),
    required(secret(value<&KeySettings::key>("key", "The key, or sha256: and the hex digest of it."))),
    value<&KeySettings::tools>("tools", "Globs of the tools this caller may use."),
    value<&KeySettings::commands>("commands", "Globs of the plugins' commands (group/name) that it may run; they are for operators."),
    number<&KeySettings::requests_per_minute>("requests_per_minute", 1, kInt, "requests", "Requests in any one minute."),
    number<&KeySettings::tokens_per_minute>("tokens_per_minute", 1, 1e12, "tokens", "Model tokens in any one minute."),
}};

const Section kAuth{"auth", prototype_of<AuthSettings>, {
    list<&AuthSettings::keys>("keys", kKey, "Accepted keys. COLLET_API_KEY in the environment is one more."),
}};

const Section kEmbedded{"embedded", prototype_of<EmbeddedSettings>, {
    path<&EmbeddedSettings::dir>("dir", "Folder of the weights and the runtime; empty is $XDG_CACHE_HOME/collet/model."),
    path<&EmbeddedSettings::weights_file>("weights_file", "A GGUF file to use instead of the default model."),
    choice<&EmbeddedSettings::runtime>("runtime", {"auto", "llama-server", "xllamacpp"}, "Program that runs the model; auto takes the fastest one found."),
    value<&EmbeddedSettings::download>("download", "Fetch missing files when the server starts."),
    number<&EmbeddedSettings::context_tokens>("context_tokens", 512, 1'048'576, "tokens", "Context window of the model."),
    number<&EmbeddedSettings::threads>("threads", 0, 1024, "threads", "Threads of the model; 0 is one per core."),
    number<&EmbeddedSettings::start_timeout_ms>("start_timeout_ms", 1000, kHourMs, "ms", "Time the model may take to become ready."),
    value<&EmbeddedSettings::prewarm_tools>("prewarm_tools", "Globs of tools whose prompts are read before the first request; empty for none."),
    value<&EmbeddedSettings::weights_sha256>("weights_sha256", "SHA-256 of weights_file; empty expects the default model's."),
    number<&EmbeddedSettings::slots>("slots", 1, 64, "conversations", "Conversations kept ready at once; they share the context."),
    number<&EmbeddedSettings::cache_bytes_max>("cache_bytes_max", 0, kTiB, "bytes", "Memory for prompts that left their slot."),
    number<&EmbeddedSettings::prompt_files_max>("prompt_files_max", 0, 1024, "files", "Prompts that were read at a warm-up, kept in dir for the next start; 20 to 50 MB each."),
    number<&EmbeddedSettings::ready_wait_ms>("ready_wait_ms", 0, kHourMs, "ms", "Time a request waits for a model that is not ready yet."),
}};

const Section kModel{"a model", prototype_of<ModelSettings>, {
    required(value<&ModelSettings::id>("id", "Name that clients send.")),
    choice<&ModelSettings::provider>("provider", {"openai", "embedded"}, "openai: any server with that API; embedded: a child process of this server."),
    value<&ModelSettings::base_url>("base_url", "URL of the API up to and including /v1; provider openai only."),
    secret(value<&ModelSettings::api_key>("api_key", "Sent as bearer token; empty sends none.")),
    value<&ModelSettings::upstream_model>("upstream_model", "Model name sent upstream; empty is the id."),
    choice<&ModelSettings::tool_mode>("tool_mode", {"native", "planned"}, "native: the model calls tools itself; planned: small models are led step by step. Embedded models default to planned."),
    choice<&ModelSettings::types>("types", {"text-to-text", "text-to-embedding"}, "What the model can do."),
    value<&ModelSettings::vision>("vision", "The model takes pictures: it is shown those that tools return."),
    value<&ModelSettings::slash_in_names>("slash_in_names", "The upstream accepts '/' in function names."),
    number<&ModelSettings::connect_timeout_ms>("connect_timeout_ms", 1, kHourMs, "ms", "Time to connect."),
    number<&ModelSettings::first_byte_timeout_ms>("first_byte_timeout_ms", 1, kHourMs, "ms", "Time from the request to the first byte of the answer."),
    number<&ModelSettings::idle_timeout_ms>("idle_timeout_ms", 1, kHourMs, "ms", "Time between two pieces of the answer."),
    number<&ModelSettings::retries_max>("retries_max", 0, 10, "retries", "Further attempts while nothing of the answer has come."),
    section<&ModelSettings::embedded>("embedded", kEmbedded, "Provider embedded only."),
}};

const Section kApp{"an app", prototype_of<AppSettings>, {
    path<&AppSettings::root>("root", "Folder that a tool's box sees, read-only, as its working copy; empty for none."),
    secret(value<&AppSettings::config_vars>("config_vars", "Config vars by name: database addresses, and the environment of the app's own commands.")),
    value<&AppSettings::tools>("tools", "Globs of the tools that may run for this app."),
    path<&AppSettings::roots>("roots", "Further folders that its boxes see, read-only, under their own path: the app's runtimes."),
    value<&AppSettings::network>("network", "HOST:PORT that its own commands may reach, with TLS; private addresses too. Empty: no network."),
}};

const Section kAgent{"an agent", prototype_of<AgentSettings>, {
    required(value<&AgentSettings::model>("model", "Model that runs it: an id or an alias.")),
    value<&AgentSettings::instructions>("instructions", "System message put before the caller's messages."),
    value<&AgentSettings::tools>("tools", "Tools it offers to the model."),
    value<&AgentSettings::mcp_servers>("mcp_servers", "URLs of MCP servers whose tools it offers."),
}};

const Section kInstance{"a plugin instance", prototype_of<PluginInstanceSettings>, {
    required(value<&PluginInstanceSettings::plugin>("plugin", "Id of the plugin.")),
    required(value<&PluginInstanceSettings::name>("name", "Name of this instance; prefix of its tools.")),
    secret(value<&PluginInstanceSettings::config>("config", "The plugin's own options, by its README.")),
}};

const Section kPlugins{"plugins", prototype_of<PluginSettings>, {
    path<&PluginSettings::dir>("dir", "Drop-in folder, *.so directly in it; the shipped plugins need no entry."),
    path<&PluginSettings::trusted_dirs>("trusted_dirs", "Folders whose plugins may run inside the server."),
    list<&PluginSettings::instances>("instances", kInstance, "Plugins that run under several names or with options."),
    value<&PluginSettings::grants>("grants", "Plugin id to the capabilities it gets; shipped plugins get what they ask for."),
    secret(value<&PluginSettings::secrets>("secrets", "\"plugin/name\" to the value the plugin may read.")),
}};

const Section kSize{"a size", prototype_of<SizeSettings>, {
    number<&SizeSettings::memory_bytes>("memory_bytes", 16 << 20, kTiB, "bytes", "Memory of the box, files in it included."),
    number<&SizeSettings::pids_max>("pids_max", 1, 32768, "processes", "Processes and threads at once."),
    number<&SizeSettings::cpu_weight>("cpu_weight", 1, 10'000, "", "Share of the CPU when it is short."),
    number<&SizeSettings::cpu_cores>("cpu_cores", 0, 1024, "cores", "Cores it may use at most; 0 is all."),
    number<&SizeSettings::disk_bytes>("disk_bytes", 1 << 20, kTiB, "bytes", "Scratch space, charged to memory."),
}};

const Section kSandbox{"sandbox", prototype_of<SandboxSettings>, {
    choice<&SandboxSettings::backend>("backend", {"auto", "native", "bwrap", "runsc"}, "What isolates the code."),
    path<&SandboxSettings::bwrap_path>("bwrap_path", "Where bubblewrap is, for the back end bwrap."),
    number<&SandboxSettings::boxes_max>("boxes_max", 1, 4096, "boxes", "Boxes at once; further calls wait."),
    number<&SandboxSettings::uid_base>("uid_base", 1000, 4'000'000'000.0, "uid", "First host uid of the boxes; boxes_max + warm_boxes_max + sessions_max + 1 are used."),
    number<&SandboxSettings::output_head_bytes>("output_head_bytes", 0, 64 << 20, "bytes", "Kept from the start of each output stream."),
    number<&SandboxSettings::output_tail_bytes>("output_tail_bytes", 0, 64 << 20, "bytes", "Kept from the end of each output stream."),
    number<&SandboxSettings::output_bytes_max>("output_bytes_max", 1024, 16 * kGiB, "bytes", "Output after which the program is ended."),
    number<&SandboxSettings::captured_bytes_max>("captured_bytes_max", 0, 64 << 20, "bytes", "Size of a captured value."),
    number<&SandboxSettings::input_bytes_max>("input_bytes_max", 1024, kGiB, "bytes", "Input of one run, code included."),
    number<&SandboxSettings::kill_grace_ms>("kill_grace_ms", 0, 60'000, "ms", "Between the polite and the final signal."),
    number<&SandboxSettings::memory_budget>("memory_budget", 0.01, 1, "", "Share of the host's memory that all boxes may hold."),
    value<&SandboxSettings::soft_limits>("soft_limits", "Run without cgroups, on weaker limits per process."),
    number<&SandboxSettings::queue_max>("queue_max", 0, 1'000'000, "runs", "Runs that may wait for room; more are refused."),
    number<&SandboxSettings::warm_boxes_max>("warm_boxes_max", 0, 1024, "boxes", "Boxes kept started ahead of need; 0 is none."),
    number<&SandboxSettings::warm_idle_seconds>("warm_idle_seconds", 1, 86'400, "s", "Without a run for so long, a program is kept ready no longer."),
    number<&SandboxSettings::zygotes_max>("zygotes_max", 0, 64, "programs", "Programs kept started to be copied into boxes; 0: every box starts its own."),
    number<&SandboxSettings::zygote_copies_max>("zygote_copies_max", 1, 1'000'000, "copies", "A started program is replaced after so many copies of it."),
    number<&SandboxSettings::zygote_age_seconds_max>("zygote_age_seconds_max", 1, 86'400, "s", "A started program is replaced after so long."),
    number<&SandboxSettings::sessions_max>("sessions_max", 0, 1024, "sessions", "Work folders kept between calls, all together; 0: none is."),
    number<&SandboxSettings::session_queue_max>("session_queue_max", 0, 10'000, "calls", "Calls that may wait for their turn in one session; more are refused."),
    number<&SandboxSettings::session_idle_seconds>("session_idle_seconds", 1, 604'800, "s", "A named session goes when no call has used it for so long."),
    number<&SandboxSettings::session_seconds_max>("session_seconds_max", 1, 31'536'000, "s", "A named session goes when it is so old, used or not."),
    number<&SandboxSettings::warm_memory_floor>("warm_memory_floor", 0, 1, "", "Share of the host's memory that must be free for warm boxes."),
    number<&SandboxSettings::trees_bytes_max>("trees_bytes_max", 0, 64 * kTiB, "bytes", "Kept package sets and caches, all together."),
    number<&SandboxSettings::tree_bytes_max>("tree_bytes_max", 0, kTiB, "bytes", "One package set or cache."),
    number<&SandboxSettings::tree_files_max>("tree_files_max", 0, 10'000'000, "files", "Files, folders and links of one package set."),
    number<&SandboxSettings::artifacts_bytes_max>("artifacts_bytes_max", 0, kGiB, "bytes", "Files that a program leaves, all together."),
    number<&SandboxSettings::artifact_bytes_max>("artifact_bytes_max", 0, kGiB, "bytes", "One file that a program leaves."),
    number<&SandboxSettings::artifacts_max>("artifacts_max", 0, 10'000, "files", "Files that a program leaves."),
    path<&SandboxSettings::launcher>("launcher", "Path of collet-launcher; empty is beside this program."),
    path<&SandboxSettings::cgroup_root>("cgroup_root", "Folder below which cgroups are made; empty is the server's own cgroup."),
    value<&SandboxSettings::runtimes>("runtimes", "Language to [interpreter, folder to show in the box, ...]; unlisted ones are looked up."),
}};

const Section kEgress{"egress", prototype_of<EgressSettings>, {
    value<&EgressSettings::allow_private>("allow_private", "HOST:PORT of private addresses that tools may reach besides public ones."),
    value<&EgressSettings::ports>("ports", "Ports of public hosts that tools may reach by HTTP."),
    number<&EgressSettings::redirects_max>("redirects_max", 0, 50, "redirects", "Redirects of one request that are followed."),
    number<&EgressSettings::request_bytes_max>("request_bytes_max", 0, kGiB, "bytes", "Body of a request that a tool sends."),
    number<&EgressSettings::response_bytes_max>("response_bytes_max", 0, kGiB, "bytes", "Body of an answer, decompressed."),
    number<&EgressSettings::inflate_ratio_max>("inflate_ratio_max", 1, 100'000, "times", "How often larger than what came an answer may become."),
    number<&EgressSettings::connect_timeout_ms>("connect_timeout_ms", 1, 600'000, "ms", "Time to connect."),
    number<&EgressSettings::idle_timeout_ms>("idle_timeout_ms", 1, 3'600'000, "ms", "Between two pieces of an answer."),
    number<&EgressSettings::cache_bytes_max>("cache_bytes_max", 0, kGiB, "bytes", "Answers that are kept to be asked for again; 0 is none."),
}};

const Section kLimits{"limits", prototype_of<LimitSettings>, {
    number<&LimitSettings::turns_max>("turns_max", 1, 1000, "turns", "Model turns of one run."),
    number<&LimitSettings::run_seconds_max>("run_seconds_max", 1, 86'400, "s", "Wall time of one run."),
    number<&LimitSettings::tool_calls_max>("tool_calls_max", 1, 10'000, "calls", "Tool calls of one run."),
    number<&LimitSettings::parallel_calls_max>("parallel_calls_max", 1, 256, "calls", "Tool calls of one turn that run at once."),
    number<&LimitSettings::calls_per_tool_default>("calls_per_tool_default", 1, 10'000, "calls", "max_calls of a tool where the request gives none."),
    number<&LimitSettings::calls_per_tool_max>("calls_per_tool_max", 1, 10'000, "calls", "Highest max_calls; more is lowered to it."),
    number<&LimitSettings::tools_per_request_max>("tools_per_request_max", 1, 10'000, "tools", "Entries of a request's tools array."),
    number<&LimitSettings::ttl_seconds_default>("ttl_seconds_default", 1, 86'400, "s", "ttl_seconds of a call where the request gives none."),
    number<&LimitSettings::ttl_seconds_max>("ttl_seconds_max", 1, 86'400, "s", "Highest ttl_seconds; more is lowered to it."),
    number<&LimitSettings::run_output_bytes_max>("run_output_bytes_max", 1024, 16 * kGiB, "bytes", "Tool output of one run."),
    number<&LimitSettings::call_output_bytes_max>("call_output_bytes_max", 1024, kGiB, "bytes", "Output of one tool call."),
    number<&LimitSettings::arguments_bytes_max>("arguments_bytes_max", 256, kGiB, "bytes", "Arguments of one tool call."),
    number<&LimitSettings::picture_bytes_max>("picture_bytes_max", 0, kGiB, "bytes", "Pictures from tools that a model with vision is shown at once; 0 is none."),
    number<&LimitSettings::body_bytes_max>("body_bytes_max", 1024, kGiB, "bytes", "Body of a request."),
    number<&LimitSettings::header_bytes_max>("header_bytes_max", 1024, 1 << 20, "bytes", "Head of a request."),
    number<&LimitSettings::connections_max>("connections_max", 1, 1'000'000, "connections", "Open connections."),
    number<&LimitSettings::connections_per_ip_max>("connections_per_ip_max", 1, 1'000'000, "connections", "Open connections of one address."),
    number<&LimitSettings::header_timeout_ms>("header_timeout_ms", 1, kHourMs, "ms", "Time to send the head."),
    number<&LimitSettings::body_timeout_ms>("body_timeout_ms", 1, kHourMs, "ms", "Time between two pieces of the body."),
    number<&LimitSettings::idle_timeout_ms>("idle_timeout_ms", 1, kHourMs, "ms", "A connection without a request is closed after this."),
    number<&LimitSettings::write_timeout_ms>("write_timeout_ms", 1, kHourMs, "ms", "A client that reads nothing for so long is dropped."),
    number<&LimitSettings::write_buffer_bytes_max>("write_buffer_bytes_max", 4096, kGiB, "bytes", "Written but unread bytes of one stream; then its run waits."),
    number<&LimitSettings::keepalive_ms>("keepalive_ms", 100, kHourMs, "ms", "A silent stream gets a comment line this often."),
    number<&LimitSettings::shutdown_grace_ms>("shutdown_grace_ms", 0, kHourMs, "ms", "Time for open streams to finish when the server stops."),
    number<&LimitSettings::worker_threads>("worker_threads", 1, 1024, "threads", "Threads for plugins that block."),
    number<&LimitSettings::worker_queue_max>("worker_queue_max", 1, 1'000'000, "calls", "Calls that may wait for such a thread."),
    number<&LimitSettings::cancel_grace_ms>("cancel_grace_ms", 0, kHourMs, "ms", "A cancelled call may linger this long before it counts as stuck."),
    number<&LimitSettings::stuck_calls_max>("stuck_calls_max", 1, 10'000, "calls", "Stuck calls after which a plugin gets no more."),
    number<&LimitSettings::kv_bytes_max>("kv_bytes_max", 0, kTiB, "bytes", "Key-value store of one plugin."),
    number<&LimitSettings::blob_bytes_max>("blob_bytes_max", 0, kTiB, "bytes", "Blob store of one plugin."),
    number<&LimitSettings::json_depth_max>("json_depth_max", 8, 1024, "levels", "Nesting of JSON that others send."),
}};

const Section kLog{"log", prototype_of<base::LogSettings>, {
    choice<&base::LogSettings::level>("level", {"trace", "debug", "info", "warn", "error", "off"}, "Least severe line that is written."),
    choice<&base::LogSettings::format>("format", {"auto", "json", "text"}, "auto: text on a terminal, JSON lines elsewhere."),
    path<&base::LogSettings::audit_file>("audit_file", "File of the audit lines, one per tool call; empty puts them into the log."),
}};

Field sizes() {
  Field field = map<&Settings::sizes>("sizes", kSize, "Box sizes by name; merged with the built-in ones.");
  field.merged = true;
  return field;
}

}  // namespace

Value bound_value(double bound) {
  const auto whole = static_cast<std::int64_t>(bound);
  return static_cast<double>(whole) == bound ? Value(whole) : Value(bound);
}

const Section& root_section() {
  static const Section root{"the configuration", prototype_of<Settings>, {
      section<&Settings::server>("server", kServer, "The listener."),
      section<&Settings::auth>("auth", kAuth, "Who may call."),
      list<&Settings::models>("models", kModel, "Models on offer."),
      value<&Settings::aliases>("aliases", "Further names of models: name to model id."),
      map<&Settings::apps>("apps", kApp, "Target apps by name."),
      map<&Settings::agents>("agents", kAgent, "Named presets, called like a model."),
      section<&Settings::plugins>("plugins", kPlugins, "Tools."),
      sizes(),
      section<&Settings::sandbox>("sandbox", kSandbox, "Boxes in which code runs."),
      section<&Settings::egress>("egress", kEgress, "What plugins may reach by HTTP."),
      section<&Settings::limits>("limits", kLimits, "Every limit of the server."),
      section<&Settings::log>("log", kLog, "Log and audit."),
      path<&Settings::state_dir>("state_dir", "Folder of keys and stores; empty is $XDG_STATE_HOME/collet."),
  }};
  return root;
}

}  // namespace collet::config
