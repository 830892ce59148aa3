// Which files are plugins, and which of them may run in this process.
#pragma once

#include <string>
#include <vector>

#include "config/settings.hpp"

namespace collet::plugin {

struct FoundFile {
  std::string path;
  std::string distrust;  ///< Why its place does not let it run in this process; "" when it does.
};

/// The folder of the shipped plugins, found from this executable: lib/collet/plugins
/// of an installation or plugins of a build tree, both beside bin. "": neither.
[[nodiscard]] std::string shipped_plugin_dir();

/// Every *.so directly in the shipped folder, the drop-in folder and the trusted
/// ones, in the order of folders and names, each file once. Hidden files are
/// passed over.
[[nodiscard]] std::vector<FoundFile> scan(const std::string& shipped_dir, const config::PluginSettings& settings);

}  // namespace collet::plugin
