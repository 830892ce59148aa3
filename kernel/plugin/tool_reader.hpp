// Takes in what list_tools shows, checking every field.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "collet/abi.h"
#include "plugin/invoke.hpp"

namespace collet::plugin {

class ToolReader {
 public:
  ToolReader(std::string plugin_id, std::string instance)
      : plugin_id_(std::move(plugin_id)), instance_(std::move(instance)) {}

  /// After the first bad tool the rest is ignored.
  void add(const collet_tool* tool) noexcept;
  /// The tools, `generation` still empty. @error invalid, names the tool.
  [[nodiscard]] Result<std::vector<std::shared_ptr<Tool>>> take();

 private:
  Result<std::shared_ptr<Tool>> read(const collet_tool& tool) const;
  [[nodiscard]] bool is_taken(const ToolInfo& info) const;

  const std::string plugin_id_;
  const std::string instance_;
  std::vector<std::shared_ptr<Tool>> tools_;
  std::optional<Error> error_;
};

/// ^[a-zA-Z0-9_-]{1,64}$
[[nodiscard]] bool is_tool_name(std::string_view name);

}  // namespace collet::plugin
