// Calls a tool or a command of a server, and shows what it answers.
#pragma once

#include <string>
#include <string_view>

#include "cli/console.hpp"
#include "cli/session.hpp"
#include "collet/json.hpp"

namespace collet::cli {

struct CallRequest {
  std::string_view path;  ///< Of the endpoint.
  Value body;
  std::string_view label;  ///< For the line that says what runs.
  bool json = false;       ///< The answer as it came.
};

/// Ends the call on Ctrl-C. @return the exit code.
int call_and_show(Session& session, const CallRequest& request, Console& console);

}  // namespace collet::cli
