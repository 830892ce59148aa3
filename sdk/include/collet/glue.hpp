// collet/glue.hpp - from the C table to a C++ struct; an implementation detail of
// plugin.hpp. Every slot is a static noexcept function with a catch-all.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

namespace collet::glue {

/// Finds a call by its id when the host cancels it. Holds only calls that wait
/// for it (Call::on_cancel).
class RunningCalls {
 public:
  void add(std::uint64_t id, std::weak_ptr<CallState> state);
  void remove(std::uint64_t id);
  void cancel(std::uint64_t id);

 private:
  std::mutex mutex_;
  std::unordered_map<std::uint64_t, std::weak_ptr<CallState>> calls_;
};

/// The part of an instance that does not depend on the plugin's type.
struct InstanceBase {
  explicit InstanceBase(const collet_host& host)
      : host(host), tables(ServiceTables::of(host)), running(std::make_shared<RunningCalls>()) {}
  const collet_host& host;
  ServiceTables tables;
  std::shared_ptr<RunningCalls> running;

  // Tools may be listed again while calls begin. [any-thread]
  void set_blocking(const std::string& tool, bool blocking);
  [[nodiscard]] bool is_blocking(std::string_view tool);

 private:
  std::mutex mutex_;
  std::unordered_map<std::string, bool> blocking_;  ///< By tool name.
};

template <class T>
struct Instance : InstanceBase {
  using InstanceBase::InstanceBase;
  std::unique_ptr<T> plugin;
};

[[nodiscard]] Call make_call(InstanceBase& instance, collet_call handle);
/// The arguments; a parse failure fails the call.
[[nodiscard]] std::optional<Args> read_arguments(Call& call, collet_str arguments);
/// A sentence about the exception in flight.
[[nodiscard]] Error current_exception_error();

void conclude(Call& call, Result<void> result);
void conclude(Call& call, Result<std::string> result);
void conclude(Call& call, Result<Value> result);

template <class T>
concept RunsWithTool = requires(T t, Call& c, std::string_view n, const Args& a) { t.run(c, n, a); };
template <class T>
concept RunsPlain = requires(T t, Call& c, const Args& a) { t.run(c, a); };
template <class T>
concept StartsWithTool = requires(T t, Call c, std::string_view n, Args a) { t.start(c, n, a); };
template <class T>
concept StartsPlain = requires(T t, Call c, Args a) { t.start(c, a); };
template <class T>
concept Runs = RunsWithTool<T> || RunsPlain<T>;
template <class T>
concept Starts = StartsWithTool<T> || StartsPlain<T>;
template <class T>
concept Creates = requires(Host h, const Value& c) {
  { T::create(h, c) } -> std::same_as<Result<std::unique_ptr<T>>>;
};
template <class T>
concept Specializes = requires(T t, const SpecializeRequest& r) { t.specialize(r); };
template <class T>
concept Commands = requires(T t) { t.commands(); };
template <class T>
concept Redacts = requires(T t, std::string_view n) { t.redact(n, n); };
template <class T>
concept Quiesces = requires(T t, std::int64_t ms) { t.quiesce(ms); };

template <class T>
Result<std::unique_ptr<T>> construct(Host host, const Value& config) {
  if constexpr (Creates<T>) {
    return T::create(host, config);
  } else if constexpr (std::is_constructible_v<T, Host, const Value&>) {
    return std::make_unique<T>(host, config);
  } else {
    return std::make_unique<T>();
  }
}

template <class T>
class Trampolines {
  static_assert(Runs<T> || Starts<T>, "the plugin needs run(Call&, const Args&) or start(Call, Args)");

 public:
  static const collet_plugin table;

 private:
  static Instance<T>& self(void* instance) { return *static_cast<Instance<T>*>(instance); }

  static collet_status create(const collet_host* host, collet_str config, collet_text_fn error,
                              void* error_user, void** instance) noexcept {
    const auto refuse = [&](const Error& why) {
      error(error_user, to_str(why.message));
      return static_cast<collet_status>(why.code);
    };
    try {
      auto parsed = config.len == 0 ? Result<Value>(json::object({})) : Value::parse(to_view(config));
      if (!parsed) return refuse(parsed.error());
      auto made = std::make_unique<Instance<T>>(*host);
      auto plugin = construct<T>(Host(host->self, made->tables), *parsed);
      if (!plugin) return refuse(plugin.error());
      made->plugin = std::move(plugin).value();
      *instance = made.release();
      return COLLET_OK;
    } catch (...) {
      return refuse(current_exception_error());
    }
  }

  static void destroy(void* instance) noexcept {
    try {
      delete &self(instance);
    } catch (...) {  // a throwing destructor; nothing is left to tell
    }
  }

  static bool blocks(const ToolSpec& spec) { return spec.blocking.value_or(Runs<T> && !Starts<T>); }

  // One that the host refuses is in its log; the others are to be had.
  static void list(Instance<T>& instance, const std::vector<ToolSpec>& specs, collet_tool_fn each, void* user) {
    for (const ToolSpec& spec : specs) {
      instance.set_blocking(spec.name, blocks(spec));
      list_tool(spec, blocks(spec), each, user);
    }
  }

  static collet_status list_tools(void* instance, collet_tool_fn each, void* user) noexcept {
    try {
      list(self(instance), self(instance).plugin->tools(), each, user);
      return COLLET_OK;
    } catch (...) {
      return COLLET_E_INTERNAL;
    }
  }

  static collet_status list_commands(void* instance, collet_tool_fn each, void* user) noexcept {
    try {
      list(self(instance), self(instance).plugin->commands(), each, user);
      return COLLET_OK;
    } catch (...) {
      return COLLET_E_INTERNAL;
    }
  }

  static collet_status invoke(collet_call handle, void* instance, collet_str tool,
                              collet_str arguments) noexcept {
    try {
      Call call = make_call(self(instance), handle);
      try {
        const auto args = read_arguments(call, arguments);
        if (args) dispatch(self(instance), call, to_view(tool), *args);
      } catch (...) {
        call.fail(current_exception_error());
      }
      return COLLET_PENDING;  // whoever holds the last Call finishes, see ~CallState
    } catch (...) {
      return COLLET_E_INTERNAL;
    }
  }

  static void dispatch(Instance<T>& instance, Call& call, std::string_view tool, const Args& args) {
    if constexpr (Runs<T> && Starts<T>) {
      if (instance.is_blocking(tool)) return run(instance, call, tool, args);
      start(instance, call, tool, args);
    } else if constexpr (Runs<T>) {
      run(instance, call, tool, args);
    } else {
      start(instance, call, tool, args);
    }
  }

  static void run(Instance<T>& instance, Call& call, std::string_view tool, const Args& args) {
    const auto invoke_run = [&]() -> decltype(auto) {
      if constexpr (RunsWithTool<T>) return instance.plugin->run(call, tool, args);
      else return instance.plugin->run(call, args);
    };
    if constexpr (std::is_void_v<decltype(invoke_run())>) {
      invoke_run();
      conclude(call, Result<void>{});
    } else {
      conclude(call, invoke_run());
    }
  }

  static void start(Instance<T>& instance, Call& call, std::string_view tool, const Args& args) {
    if constexpr (StartsWithTool<T>) instance.plugin->start(call, tool, args);
    else instance.plugin->start(call, args);
  }

  static void cancel(collet_call handle, void* instance) noexcept {
    try {
      self(instance).running->cancel(handle.id);
    } catch (...) {  // the plugin's callback threw; the call is over anyway
    }
  }

  static void quiesce(void* instance, std::int64_t deadline_ms) noexcept {
    try {
      if constexpr (Quiesces<T>) self(instance).plugin->quiesce(deadline_ms);
    } catch (...) {  // destroy comes next, whatever happened here
    }
  }

  static Result<Specialized> specialize_for(T& plugin, const collet_specialize_request& from) {
    auto params = Value::parse(to_view(from.tool_params));
    if (!params) return params.error();
    return plugin.specialize(SpecializeRequest{to_view(from.tool), *std::move(params), to_view(from.description_hint),
                                               to_view(from.caller), to_view(from.app), to_view(from.size)});
  }

  static collet_status specialize(void* instance, const collet_specialize_request* request,
                                  collet_tool_fn each, void* user,
                                  collet_text_fn error, void* error_user) noexcept {
    try {
      if (!is_whole(request)) return COLLET_E_INVALID;
      auto made = specialize_for(*self(instance).plugin, read_struct(request));
      if (!made) {
        error(error_user, to_str(made.error().message));
        return static_cast<collet_status>(made.error().code);
      }
      collet_tool changed = {};
      changed.struct_size = sizeof(changed);
      changed.description = to_optional_str(made->description);
      changed.input_schema = to_optional_str(made->input_schema);
      return each(user, &changed);
    } catch (...) {
      error(error_user, to_str(current_exception_error().message));
      return COLLET_E_INTERNAL;
    }
  }

  static collet_status redact(void* instance, const collet_redact_request* request,
                              collet_text_fn text, void* user) noexcept {
    try {
      if (!is_whole(request)) return COLLET_E_INVALID;
      const collet_redact_request own = read_struct(request);
      const std::optional<std::string> shorter = self(instance).plugin->redact(to_view(own.tool), to_view(own.result));
      if (shorter) text(user, to_str(*shorter));
      return COLLET_OK;
    } catch (...) {
      return COLLET_E_INTERNAL;
    }
  }

  static const void* get_extension(void*, collet_str id) noexcept {
    if constexpr (Specializes<T>) {
      static constexpr collet_specialize kTable = {sizeof(collet_specialize), 0, &specialize};
      if (to_view(id) == COLLET_SPECIALIZE_ID) return &kTable;
    }
    if constexpr (Commands<T>) {
      static constexpr collet_commands kTable = {sizeof(collet_commands), 0, &list_commands};
      if (to_view(id) == COLLET_COMMANDS_ID) return &kTable;
    }
    if constexpr (Redacts<T>) {
      static constexpr collet_redact kTable = {sizeof(collet_redact), 0, &redact};
      if (to_view(id) == COLLET_REDACT_ID) return &kTable;
    }
    return nullptr;
  }
};

template <class T>
const collet_plugin Trampolines<T>::table = {
    sizeof(collet_plugin), COLLET_TARGET_MINOR, &Trampolines::create,  &Trampolines::destroy,
    &Trampolines::list_tools, &Trampolines::invoke, &Trampolines::cancel, &Trampolines::quiesce,
    &Trampolines::get_extension};

}  // namespace collet::glue
