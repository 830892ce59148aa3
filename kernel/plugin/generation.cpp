#include "plugin/generation.hpp"

#include <chrono>
#include <utility>

#include "base/log.hpp"
#include "base/text.hpp"
#include "collet/ext/commands.h"
#include "collet/str.hpp"
#include "plugin/host_side.hpp"

namespace collet::plugin {

Generation::Generation(std::shared_ptr<const Library> library, GenerationOptions options)
    : library_(std::move(library)), options_(std::move(options)),
      host_side_(HostSide::make(library_->manifest().id, options_.instance, options_.capabilities, options_.services)) {}

Generation::~Generation() { close(0); }

Result<std::shared_ptr<Generation>> Generation::create(std::shared_ptr<const Library> library,
                                                       GenerationOptions options) {
  std::shared_ptr<Generation> made(new Generation(std::move(library), std::move(options)));
  if (auto created = made->create_instance(); !created) return created.error();
  return made;
}

Result<void> Generation::create_instance() {
  const Value config = options_.config.is_null() ? json::object({}) : options_.config;
  const Value& schema = manifest().config_schema;
  if (schema.is_null() && config.size() > 0) {
    return Error{Errc::invalid, "plugin " + manifest().id + " takes no config, got " + base::shorten(config.dump(), 200)};
  }
  Value filled = config;
  if (!schema.is_null()) {
    auto compiled = Schema::compile(schema);
    if (!compiled) return Error{Errc::invalid, "bad manifest: /config_schema: " + compiled.error().message};
    filled = compiled->with_defaults(config);
    const auto findings = compiled->validate(filled);
    if (!findings.empty()) return Error{Errc::invalid, "config does not fit: " + describe(findings)};
  }
  std::string reason;
  const std::string text = filled.dump();
  const collet_status status = table().create(&host_side_->host(), to_str(text), assign_text, &reason, &instance_);
  if (status >= 0 && instance_ != nullptr) return {};
  instance_ = nullptr;
  if (status >= 0) return Error{Errc::internal, "create said OK but made no instance"};
  return Error{to_errc(status), "create failed: " + (reason.empty() ? std::string(collet::name(to_errc(status))) : base::repair_utf8(reason))};
}

Result<ListedTools> Generation::read_tools(NameTaken taken) {
  ToolReader reader(manifest().id, options_.instance, std::move(taken));
  const auto each = [](void* user, const collet_tool* tool) noexcept {
    return static_cast<ToolReader*>(user)->add(tool);
  };
  const collet_status status = table().list_tools(instance_, each, &reader);
  if (status < 0) return Error{to_errc(status), "list_tools failed: " + std::string(collet::name(to_errc(status)))};
  if (auto read = read_commands(reader); !read) return read.error();
  ListedTools listed = reader.take();
  // Nothing is left to serve, so the first reason speaks for all.
  if (listed.tools.empty() && !listed.refused.empty()) return listed.refused.front();
  for (const auto& tool : listed.tools) tool->generation = shared_from_this();
  return listed;
}

Result<void> Generation::read_commands(ToolReader& reader) const {
  const auto table = extension<collet_commands>(COLLET_COMMANDS_ID);
  if (!table || !table->list_commands) return {};
  const auto each = [](void* user, const collet_tool* tool) noexcept {
    return static_cast<ToolReader*>(user)->add_command(tool);
  };
  const collet_status status = table->list_commands(instance_, each, &reader);
  if (status < 0) return Error{to_errc(status), "list_commands failed: " + std::string(collet::name(to_errc(status)))};
  return {};
}

bool Generation::enter() {
  if (quarantined_) return false;
  const std::scoped_lock lock(mutex_);
  if (closed_) return false;
  ++calls_;
  return true;
}

void Generation::leave() {
  const std::scoped_lock lock(mutex_);
  if (--calls_ == 0) idle_.notify_all();
}

collet_call Generation::handle(std::uint64_t id) const { return services::call_of(*host_side_, id); }

const void* Generation::find_extension(std::string_view id) const {
  return table().get_extension ? table().get_extension(instance_, to_str(id)) : nullptr;
}

void Generation::count_stuck(std::string_view tool) {
  const int stuck = ++stuck_calls_;
  base::log_error("a plugin misbehaves: a call did not end when it should",
                  {{"plugin", name()}, {"tool", tool}, {"stuck_calls", stuck},
                   {"quarantine_at", options_.stuck_calls_max}});
  if (stuck < options_.stuck_calls_max || quarantined_.exchange(true)) return;
  base::log_error("plugin quarantined", {{"plugin", name()}, {"stuck_calls", stuck}});
  if (on_quarantine_) on_quarantine_();
}

bool Generation::close(std::int64_t deadline_ms) {
  {
    const std::scoped_lock lock(mutex_);
    if (closed_) return true;
    closed_ = true;
  }
  if (instance_ == nullptr) return true;
  // A plugin that takes its time in quiesce takes it from its own calls.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(deadline_ms);
  if (table().quiesce) table().quiesce(instance_, deadline_ms);
  bool idle = false;
  {
    std::unique_lock lock(mutex_);
    idle = idle_.wait_until(lock, deadline, [this] { return calls_ == 0; });
  }
  if (idle) {
    table().destroy(instance_);
  } else {
    base::log_error("a plugin instance is left undestroyed, since calls of it do not end", {{"plugin", name()}});
  }
  return idle;
}

}  // namespace collet::plugin
