// One function per command; run.cpp fills the options from the arguments.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/console.hpp"
#include "cli/hooks.hpp"

namespace collet::cli {

/// `runtime_params` of a tool, as far as they were given.
struct ToolParams {
  std::string app;
  std::string size;
  std::int64_t ttl_seconds = 0;
  std::int64_t max_calls = 0;
  std::string params;  ///< tool_params, JSON text.
};

struct ServeOptions {
  std::string config_file;
  std::string listen;
  std::string port_file;
  bool no_model = false;
};

struct AskOptions {
  std::string prompt;  ///< "-": from standard input.
  std::string config_file;
  std::vector<std::string> tools;  ///< Empty: every one on offer.
  bool no_tools = false;
  std::string model;
  std::string system;
  ToolParams params;
  bool json = false;
  bool quiet = false;
};

struct CallOptions {
  std::string tool;
  std::string arguments;  ///< JSON text; "": {}; "-": from standard input.
  std::string config_file;
  ToolParams params;
  bool with_model = false;  ///< The server started for this has its embedded models.
  bool json = false;
};

struct ToolsOptions {
  std::string config_file;
  bool json = false;
};

struct PackagesOptions {
  std::string config_file;
  bool json = false;
  std::string tool;                   ///< warm: whose packages.
  std::vector<std::string> packages;  ///< warm
  std::uint64_t keep_bytes = 0;       ///< prune
};

struct ConfigOptions {
  std::string file;
  bool json = false;
};

struct PluginOptions {
  std::string file;
  bool json = false;
};

struct ModelOptions {
  std::string id;  ///< "": the first embedded one.
  std::string config_file;
  bool json = false;
};

int run_serve(const ServeOptions& options, const Hooks& hooks, Console& console);
int run_ask(const AskOptions& options, const Hooks& hooks, Console& console);
int run_call(const CallOptions& options, const Hooks& hooks, Console& console);
int run_tools(const ToolsOptions& options, const Hooks& hooks, Console& console);
int run_commands(const ToolsOptions& options, const Hooks& hooks, Console& console);
/// @param words of the command line, the first one a plugin's group. @param built_in what else
/// could have been meant.
int run_plugin_command(const std::vector<std::string>& words, const std::vector<std::string>& built_in, const Hooks& hooks, Console& console);
int run_config_check(const ConfigOptions& options, Console& console);
int run_doctor(const ConfigOptions& options, const Hooks& hooks, Console& console);
int run_plugin_inspect(const PluginOptions& options, const Hooks& hooks, Console& console);
int run_packages_list(const PackagesOptions& options, const Hooks& hooks, Console& console);
int run_packages_prune(const PackagesOptions& options, const Hooks& hooks, Console& console);
int run_packages_warm(const PackagesOptions& options, const Hooks& hooks, Console& console);
int run_model_pull(const ModelOptions& options, const Hooks& hooks, Console& console);
int run_model_build_runtime(const ModelOptions& options, const Hooks& hooks, Console& console);
int run_model_status(const ModelOptions& options, const Hooks& hooks, Console& console);
int run_model_remove(const ModelOptions& options, const Hooks& hooks, Console& console);

/// An object as "key: value" lines, nested ones indented.
[[nodiscard]] std::string object_text(const Value& value, std::size_t indent = 0);
/// `runtime_params` for a request; null when nothing was given.
/// @error invalid: --params is no JSON object.
[[nodiscard]] Result<Value> runtime_params(const ToolParams& params);
/// Standard input, whole. @error limit: more than 4 MiB.
[[nodiscard]] Result<std::string> read_stdin();

}  // namespace collet::cli
