// May this call run? One pure function answers, and names the rule.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace collet::policy {

/// Who asks: an API key, without the key.
struct Caller {
  std::string id;
  std::vector<std::string> tools = {"*"};  ///< Globs of tool names.
  std::vector<std::string> commands{};     ///< Globs of commands, "group/name".
};

/// What is to be called, in terms of the tool's descriptor.
struct CallSubject {
  std::string_view name;       ///< "namespace/name" or "name".
  std::string_view asked_name;  ///< As the caller wrote it (maybe an alias).
  bool needs_app = false;
  std::string_view app;  ///< "": none.
  const std::vector<std::string>* app_tools = nullptr;  ///< The app's globs; null: no app.
  bool is_command = false;  ///< Of a plugin, for operators; an app's globs do not count.
};

struct Verdict {
  bool allowed = true;
  std::string_view rule = "default";  ///< Fixed names, for the audit log.
  std::string message;                ///< For the caller and the model; "" when allowed.
};

/// [any-thread] Pure.
[[nodiscard]] Verdict decide(const CallSubject& call, const Caller& caller);

}  // namespace collet::policy
