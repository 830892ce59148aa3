#include "plugin/host.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

#include "base/log.hpp"
#include "base/text.hpp"
#include "plugin/snapshot.hpp"

namespace collet::plugin {

PluginHost::PluginHost(const config::Settings& settings, std::shared_ptr<services::Services> services,
                       base::WorkerPool& workers, PluginHostOptions options)
    : settings_(settings.plugins), limits_(settings.limits), services_(std::move(services)), workers_(workers),
      options_(std::move(options)), snapshot_(std::make_shared<ToolSnapshot>(std::vector<ToolPtr>{})) {}

PluginHost::~PluginHost() { shutdown(); }

Result<void> PluginHost::load() {
  auto copies = CopyFolder::make(options_.copies_dir);
  if (!copies) return copies.error();
  copies_ = std::move(copies).value();
  for (const auto& found : scan(options_.shipped_dir, settings_)) load_file(found);
  refuse_unknown_instances();
  publish();
  return {};
}

void PluginHost::load_file(const FoundFile& found) {
  PluginFile file;
  auto library = load_library(found, file);
  PluginStatus status;
  status.file = found.path;
  status.id = file.manifest.id;
  status.version = file.manifest.version;
  status.sha256 = file.sha256;
  if (!library) return refuse(std::move(status), library.error());
  for (const auto& instance : instances_of(file.manifest.id)) start_instance(status, *library, instance);
}

Result<std::shared_ptr<const Library>> PluginHost::load_library(const FoundFile& found, PluginFile& file) {
  if (auto read = read_plugin_file(found.path, file); !read) return read.error();
  if (!found.distrust.empty()) return Error{Errc::denied, found.distrust};
  const auto same_id = std::ranges::find_if(entries_, [&](const Entry& entry) {
    return entry.status.id == file.manifest.id && entry.status.file != found.path && entry.generation;
  });
  if (same_id != entries_.end()) {
    return Error{Errc::invalid, "plugin id \"" + file.manifest.id + "\" is served by " + same_id->status.file + " already"};
  }
  return Library::load(file, *copies_);
}

std::vector<config::PluginInstanceSettings> PluginHost::instances_of(const std::string& plugin_id) const {
  std::vector<config::PluginInstanceSettings> out;
  for (auto instance : settings_.instances) {
    if (instance.plugin != plugin_id) continue;
    if (instance.name.empty()) instance.name = plugin_id;
    out.push_back(std::move(instance));
  }
  if (out.empty()) out.push_back({plugin_id, plugin_id, json::object({})});
  return out;
}

void PluginHost::start_instance(const PluginStatus& base, const std::shared_ptr<const Library>& library,
                                const config::PluginInstanceSettings& instance) {
  PluginStatus refused = base;
  refused.instance = instance.name;
  std::vector<Error> refused_tools;
  auto entry = make_instance(base, library, instance, refused_tools);
  if (!entry) return refuse(std::move(refused), entry.error());
  base::log_info("plugin loaded", {{"plugin", entry->status.id}, {"instance", entry->status.instance},
                                   {"version", entry->status.version}, {"file", entry->status.file},
                                   {"tools", static_cast<std::int64_t>(entry->status.tools.size())}});
  {
    const std::scoped_lock lock(mutex_);
    entries_.push_back(std::move(entry).value());
  }
  for (const auto& reason : refused_tools) refuse(refused, reason, "tool refused");
}

Result<PluginHost::Entry> PluginHost::make_instance(const PluginStatus& base,
                                                    const std::shared_ptr<const Library>& library,
                                                    const config::PluginInstanceSettings& instance,
                                                    std::vector<Error>& refused_tools) {
  if (auto unique = check_instance_name(instance.name); !unique) return unique.error();
  const auto granted = settings_.grants.find(base.id);
  auto capabilities = grant(library->manifest(), granted == settings_.grants.end() ? nullptr : &granted->second);
  if (!capabilities) return capabilities.error();
  GenerationOptions options;
  options.instance = instance.name;
  options.config = instance.config;
  options.capabilities = std::move(capabilities).value();
  options.services = services_;
  options.workers = &workers_;
  options.cancel_grace_ms = limits_.cancel_grace_ms;
  options.stuck_calls_max = limits_.stuck_calls_max;
  auto generation = Generation::create(library, std::move(options));
  if (!generation) return generation.error();
  (*generation)->on_quarantine([this] { publish(); });
  auto listed = (*generation)->read_tools([this](const ToolInfo& info) { return why_taken(info); });
  if (!listed) return listed.error();
  refused_tools = std::move(listed->refused);
  Entry entry{base, std::move(generation).value(), {}};
  entry.status.instance = instance.name;
  entry.status.state = "serving";
  for (auto& tool : listed->tools) {
    if (!tool->info.is_command) entry.status.tools.push_back(tool->info.full_name());
    entry.tools.push_back(std::move(tool));
  }
  return entry;
}

Result<void> PluginHost::check_instance_name(const std::string& instance) const {
  for (const auto& entry : entries_) {
    if (entry.generation && entry.status.instance == instance) {
      return Error{Errc::invalid, "an instance \"" + instance + "\" is there already"};
    }
  }
  return {};
}

std::string PluginHost::why_taken(const ToolInfo& info) const {
  for (const auto& entry : entries_) {
    const bool is_sibling = info.is_command && entry.status.id == info.plugin_id;
    if (!entry.generation || is_sibling) continue;
    const bool has_it = std::ranges::any_of(entry.tools, [&](const ToolPtr& other) {
      return other->info.is_command == info.is_command && other->info.full_name() == info.full_name();
    });
    if (has_it) return "is offered by " + entry.status.instance + " already";
  }
  return {};
}

void PluginHost::refuse(PluginStatus status, const Error& reason, std::string_view what) {
  status.state = "refused";
  status.reason = reason.message;
  base::log_warn(what, {{"file", status.file}, {"plugin", status.id}, {"instance", status.instance},
                                    {"why", status.reason}});
  const std::scoped_lock lock(mutex_);
  entries_.push_back({std::move(status), nullptr, {}});
}

void PluginHost::refuse_unknown_instances() {
  std::set<std::string> ids;
  for (const auto& entry : entries_) ids.insert(entry.status.id);
  const std::vector<std::string> known(ids.begin(), ids.end());
  for (const auto& instance : settings_.instances) {
    if (ids.contains(instance.plugin)) continue;
    PluginStatus status;
    status.id = instance.plugin;
    status.instance = instance.name;
    refuse(std::move(status), {Errc::not_found, "plugins.instances names plugin \"" + instance.plugin +
                                                    "\", which is in no plugin folder; there are " + base::join(known, ", ")});
  }
}

void PluginHost::publish() {
  std::vector<ToolPtr> tools;
  const std::scoped_lock lock(mutex_);
  for (auto& entry : entries_) {
    if (!entry.generation) continue;
    if (entry.generation->quarantined()) {
      entry.status.state = "quarantined";
      entry.status.reason = "too many of its calls did not end when they should; restart the server to try again";
    } else {
      tools.insert(tools.end(), entry.tools.begin(), entry.tools.end());
    }
  }
  snapshot_ = std::make_shared<ToolSnapshot>(std::move(tools));
}

std::shared_ptr<const Snapshot> PluginHost::snapshot() const {
  const std::scoped_lock lock(mutex_);
  return snapshot_;
}

std::vector<PluginStatus> PluginHost::statuses() const {
  const std::scoped_lock lock(mutex_);
  std::vector<PluginStatus> out;
  for (const auto& entry : entries_) out.push_back(entry.status);
  return out;
}

bool PluginHost::shutdown() {
  bool all_ended = true;
  std::vector<Entry> entries;
  {
    const std::scoped_lock lock(mutex_);
    snapshot_ = std::make_shared<ToolSnapshot>(std::vector<ToolPtr>{});
    entries.swap(entries_);
  }
  // One grace for all of them together; calls that were cancelled just now have theirs.
  const auto grace = std::chrono::milliseconds(std::max(limits_.shutdown_grace_ms, limits_.cancel_grace_ms));
  const auto end = std::chrono::steady_clock::now() + grace;
  for (auto& entry : entries) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    if (entry.generation) all_ended &= entry.generation->close(std::max<std::int64_t>(0, left.count()));
  }
  return all_ended;
}

}  // namespace collet::plugin
