// Shell completion, made from the commands themselves.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace collet::cli {

struct CommandShape {
  struct Option {
    std::string name;  ///< "--json"
    std::string help;
    bool takes_value = false;
  };
  std::string name;
  std::string help;
  std::vector<Option> options;
  std::vector<CommandShape> commands;
};

/// A script for bash, zsh or fish; "" for any other shell. Where a word is neither
/// command nor option, file names are completed.
[[nodiscard]] std::string completion_script(const CommandShape& root, std::string_view shell);

}  // namespace collet::cli
