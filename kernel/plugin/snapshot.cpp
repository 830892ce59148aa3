#include "plugin/snapshot.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace collet::plugin {

ToolSnapshot::ToolSnapshot(std::vector<ToolPtr> tools) {
  for (auto& tool : tools) (tool->info.is_command ? commands_ : tools_).push_back(std::move(tool));
  for (const auto& tool : tools_) {
    full_names_[tool->info.full_name()].push_back(tool);
    own_names_[tool->info.name].push_back(tool);
    for (const auto& alias : tool->info.aliases) aliases_[alias].push_back(tool);
  }
}

Result<ToolPtr> ToolSnapshot::find(std::string_view name) const {
  for (const Index* index : {&full_names_, &own_names_, &aliases_}) {
    const auto found = index->find(name);
    if (found == index->end()) continue;
    if (found->second.size() == 1) return found->second.front();
    std::vector<std::string> choices;
    for (const auto& tool : found->second) choices.push_back(tool->info.full_name());
    return Error{Errc::invalid, "tool \"" + std::string(name) + "\" is ambiguous: it may be " + base::join(choices, " or ")};
  }
  return Error{Errc::not_found, unknown_text(name)};
}

Result<ToolPtr> ToolSnapshot::find_command(std::string_view name, std::string_view instance) const {
  std::vector<std::string> known, instances;
  ToolPtr found;
  for (const auto& command : commands_) {
    const std::string full_name = command->info.full_name();
    if (known.empty() || known.back() != full_name) known.push_back(full_name);
    if (full_name != name) continue;
    instances.push_back(command->info.instance);
    if (instance.empty() || instance == command->info.instance) found = command;
  }
  const std::string quoted = "command \"" + base::shorten(name, 80) + "\"";
  if (instances.empty()) {
    const auto near = base::nearest(name, known);
    return Error{Errc::not_found, "there is no " + quoted + (near.empty() ? "" : "; did you mean " + std::string(near) + "?") + "; available: " +
                                      (known.empty() ? "none" : base::join(known, ", "))};
  }
  if (!instance.empty() && !found) {
    return Error{Errc::not_found, quoted + " is not one of the instance \"" + base::shorten(instance, 80) + "\"; expected " + base::join(instances, " or ")};
  }
  if (instance.empty() && instances.size() > 1) {
    return Error{Errc::invalid, quoted + " is one of several instances; say which: " + base::join(instances, " or ")};
  }
  return found;
}

// Names what there is, but not a whole catalogue.
std::string ToolSnapshot::unknown_text(std::string_view name) const {
  constexpr std::size_t kNamedMax = 20;
  std::vector<std::string> known;
  for (const Index* index : {&full_names_, &aliases_}) {
    for (const auto& [key, entries] : *index) known.push_back(key);
  }
  std::sort(known.begin(), known.end());
  std::string text = "there is no tool \"" + base::shorten(name, 80) + "\"";
  if (const auto near = base::nearest(name, known); !near.empty()) text += "; did you mean " + std::string(near) + "?";
  const std::size_t left_out = known.size() > kNamedMax ? known.size() - kNamedMax : 0;
  known.resize(known.size() - left_out);
  text += "; available: " + (known.empty() ? "none" : base::join(known, ", "));
  if (left_out > 0) text += " and " + std::to_string(left_out) + " more";
  return text;
}

}  // namespace collet::plugin
