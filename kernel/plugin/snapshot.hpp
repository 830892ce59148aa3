// The tools there are at one moment, and how they are found by name.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "plugin/invoke.hpp"

namespace collet::plugin {

class ToolSnapshot final : public Snapshot {
 public:
  /// @param tools also commands. No two with the same full name, but for commands of several
  /// instances.
  explicit ToolSnapshot(std::vector<ToolPtr> tools);
  [[nodiscard]] Result<ToolPtr> find(std::string_view name) const override;
  [[nodiscard]] const std::vector<ToolPtr>& tools() const override { return tools_; }
  [[nodiscard]] Result<ToolPtr> find_command(std::string_view name, std::string_view instance) const override;
  [[nodiscard]] const std::vector<ToolPtr>& commands() const override { return commands_; }

 private:
  [[nodiscard]] std::string unknown_text(std::string_view name) const;

  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  using Index = std::unordered_map<std::string, std::vector<ToolPtr>, Hash, std::equal_to<>>;
  std::vector<ToolPtr> tools_, commands_;
  Index full_names_, own_names_, aliases_;
};

}  // namespace collet::plugin
