#include "wiring.hpp"

#include <utility>

#include "api/dialect.hpp"
#include "llm/model_store.hpp"
#include "net/http_client.hpp"
#include "plugin/library.hpp"
#include "sandbox/sandbox.hpp"
#include "server.hpp"
#include "services/trees.hpp"

namespace collet {
namespace {

std::vector<cli::DoctorCheck> doctor_checks(const config::Settings& settings) {
  const auto sandbox = sandbox::Sandbox::start(settings.sandbox);
  std::vector<cli::DoctorCheck> checks;
  for (auto& check : sandbox->probe()) {
    checks.push_back({std::move(check.name), check.ok, std::move(check.detail), std::move(check.remedy)});
  }
  return checks;
}

Result<Value> inspect_plugin(const std::string& path) {
  plugin::PluginFile file;
  auto read = plugin::read_plugin_file(path, file);
  if (!read) return std::move(read).error();
  return json::object({{"file", file.path},
                       {"sha256", file.sha256},
                       {"bytes", static_cast<std::int64_t>(file.bytes.size())},
                       {"manifest", file.manifest.json}});
}

using Fetch = Result<llm::PullSummary> (*)(const llm::ModelScripts&, const config::ModelSettings&, const llm::PullCallback&);

cli::PullStep to_step(const llm::PullProgress& progress) {
  if (progress.step == "building") {
    return {.step = progress.step, .file = "the runtime", .percent = static_cast<int>(progress.bytes_done)};
  }
  return {progress.step, progress.file, progress.message, progress.bytes_done, progress.bytes_total};
}

Result<Value> fetch(Fetch work, const config::ModelSettings& model, const cli::PullProgressFn& progress) {
  auto scripts = llm::find_model_scripts();
  if (!scripts) return std::move(scripts).error();
  const auto summary = work(*scripts, model, [&](const llm::PullProgress& step) { return progress(to_step(step)); });
  if (!summary) return summary.error();
  return json::object({{"model", summary->model},
                       {"runtime", summary->runtime},
                       {"directory", summary->directory},
                       {"seconds", summary->seconds}});
}

Result<Value> pull(const config::ModelSettings& model, const cli::PullProgressFn& progress) {
  return fetch(llm::pull_model, model, progress);
}

Result<Value> build_runtime(const config::ModelSettings& model, const cli::PullProgressFn& progress) {
  return fetch(llm::build_runtime, model, progress);
}

Value to_value(const llm::ModelFile& file) {
  return json::object({{"role", file.role},
                       {"path", file.path},
                       {"bytes", file.bytes},
                       {"bytes_total", file.bytes_total},
                       {"checked", file.checked}});
}

Result<Value> status(const config::ModelSettings& model) {
  auto scripts = llm::find_model_scripts();
  if (!scripts) return std::move(scripts).error();
  const auto found = llm::model_status(*scripts, model);
  if (!found) return found.error();
  std::vector<Value> files;
  for (const auto& file : found->files) files.push_back(to_value(file));
  return json::object({{"model", found->model},
                       {"about", found->about},
                       {"license", found->license},
                       {"directory", found->directory},
                       {"runtime", found->runtime},
                       {"runtime_ready", found->runtime_ready},
                       {"complete", found->complete()},
                       {"files", json::array(files)}});
}

Result<Value> remove(const config::ModelSettings& model) {
  auto scripts = llm::find_model_scripts();
  if (!scripts) return std::move(scripts).error();
  const auto removed = llm::remove_model(*scripts, model);
  if (!removed) return removed.error();
  return json::object({{"paths", json::array(std::vector<Value>(removed->paths.begin(), removed->paths.end()))},
                       {"bytes", removed->bytes}});
}

Value to_value(const std::vector<services::TreeInfo>& trees) {
  std::vector<Value> list;
  for (const auto& tree : trees) {
    list.push_back(json::object({{"label", tree.label}, {"bytes", static_cast<std::int64_t>(tree.bytes)}, {"files", static_cast<std::int64_t>(tree.files)},
                                 {"made_at_s", tree.made_at_s}, {"used_at_s", tree.used_at_s}, {"key", tree.key}}));
  }
  return json::array(list);
}

services::TreeStore store_of(const config::Settings& settings) {
  return {services::trees_folder(settings), static_cast<std::uint64_t>(settings.sandbox.trees_bytes_max)};
}

Value list_packages(const config::Settings& settings) { return to_value(store_of(settings).list()); }

Value prune_packages(const config::Settings& settings, std::uint64_t bytes_max) {
  constexpr std::int64_t kIdleSeconds = 600;  // longer than any box lives
  return to_value(store_of(settings).prune(bytes_max, kIdleSeconds));
}

}  // namespace

cli::Hooks make_hooks() {
  cli::Hooks hooks;
  hooks.start_server = start_server;
  hooks.make_http_client = [](boost::asio::io_context& io) { return net::make_http_client(io, {}); };
  hooks.doctor_checks = doctor_checks;
  hooks.inspect_plugin = inspect_plugin;
  hooks.model = {pull, build_runtime, status, remove};
  hooks.packages = {list_packages, prune_packages};
  hooks.dialect = {api::kAgentsPath, api::kToolType, api::kNamespacedToolType};
  return hooks;
}

}  // namespace collet
