#include "policy/decide.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace collet::policy {
namespace {

bool any_matches(const std::vector<std::string>& globs, const CallSubject& call) {
  return std::any_of(globs.begin(), globs.end(), [&](const std::string& glob) {
    return base::glob_matches(glob, call.name) || base::glob_matches(glob, call.asked_name);
  });
}

Verdict deny(std::string_view rule, std::string message) {
  return Verdict{false, rule, std::move(message)};
}

}  // namespace

Verdict decide(const CallSubject& call, const Caller& caller) {
  const std::string tool = (call.is_command ? "command \"" : "tool \"") + std::string(call.asked_name) + "\"";
  const auto& allowed = call.is_command ? caller.commands : caller.tools;
  if (!any_matches(allowed, call)) {
    return deny(call.is_command ? "auth.keys.commands" : "auth.keys.tools",
                tool + " is not allowed for the API key \"" + caller.id + "\"; allowed: " + (allowed.empty() ? "none" : base::join(allowed, ", ")));
  }
  if (call.needs_app && call.app.empty()) {
    return deny("tool.needs_app", tool + " needs runtime_params.target_app_name");
  }
  if (!call.is_command && call.app_tools != nullptr && !any_matches(*call.app_tools, call)) {
    return deny("apps.tools", tool + " is not allowed on the app \"" + std::string(call.app) +
                                  "\"; allowed: " + base::join(*call.app_tools, ", "));
  }
  return {};
}

}  // namespace collet::policy
