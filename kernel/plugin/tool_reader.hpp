// Takes in what list_tools shows, checking every field.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "collet/abi.h"
#include "plugin/invoke.hpp"

namespace collet::plugin {

/// Why no tool (or command) of this full name can be offered; "": it can.
using NameTaken = std::function<std::string(const ToolInfo& info)>;

struct ListedTools {
  std::vector<std::shared_ptr<Tool>> tools;  ///< And commands.
  std::vector<Error> refused;  ///< One each; names the tool and the field.
};

class ToolReader {
 public:
  /// @param taken may be empty.
  ToolReader(std::string plugin_id, std::string instance, NameTaken taken)
      : plugin_id_(std::move(plugin_id)), instance_(std::move(instance)), taken_(std::move(taken)) {}

  /// See collet_tool_fn.
  collet_status add(const collet_tool* tool) noexcept { return add(tool, false); }
  /// The same of collet.commands/1.
  collet_status add_command(const collet_tool* tool) noexcept { return add(tool, true); }
  /// The tools, their `generation` still empty.
  [[nodiscard]] ListedTools take() { return std::move(listed_); }

 private:
  collet_status add(const collet_tool* tool, bool is_command) noexcept;
  Result<std::shared_ptr<Tool>> read(const collet_tool& tool, bool is_command) const;
  [[nodiscard]] Result<void> check_name(const ToolInfo& info) const;

  const std::string plugin_id_;
  const std::string instance_;
  const NameTaken taken_;
  ListedTools listed_;
  bool full_ = false;
};

/// ^[a-zA-Z0-9_-]{1,64}$
[[nodiscard]] bool is_tool_name(std::string_view name);

}  // namespace collet::plugin
