// A command as the caller of the API has set it.
#pragma once

#include <string>
#include <vector>

#include "collet/json.hpp"
#include "collet/result.hpp"

namespace run_command {

/// One declared argument and the variable it reaches the command in.
struct Parameter {
  std::string name;
  std::string variable;  ///< COLLET_ARG_<NAME>
  bool operator==(const Parameter&) const = default;
};

struct Command {
  std::string script;  ///< For /bin/sh -c, with variables for the placeholders.
  std::vector<Parameter> parameters;
  collet::Value schema;  ///< Of the arguments; an object schema.
};

/// From the tool_params of a request. @error invalid: "/tool_params/cmd: why".
[[nodiscard]] collet::Result<Command> read_command(const collet::Value& tool_params);

}  // namespace run_command
