// How the model's arguments reach the command.
#pragma once

#include <string>
#include <vector>

#include "command.hpp"

namespace run_command {

/// "COLLET_ARG_NAME=value" for each declared argument that was given: strings as
/// they are, everything else as JSON. @error invalid: "/name: why no variable can
/// hold it".
[[nodiscard]] collet::Result<std::vector<std::string>> variables_of(const std::vector<Parameter>& parameters,
                                                                    const collet::Value& arguments);

}  // namespace run_command
