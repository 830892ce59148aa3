// The scripts that fetch and run embedded models: where they are, how they are
// called. What is fetched from where stands in their catalog, not in the kernel.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "collet/result.hpp"
#include "config/settings.hpp"

namespace collet::llm {

struct ModelScripts {
  std::string folder;              ///< Holds serve.py and manage.py.
  std::string python = "python3";  ///< Looked up in PATH.
  std::string catalog;             ///< "": models.json in the folder.
};

/// Looks below the executable's installation (share/collet/model), then in the
/// source tree that it was built in. @error not_found, names what was tried.
[[nodiscard]] Result<ModelScripts> find_model_scripts();

/// The command line of `script` with the options that name this model.
[[nodiscard]] std::vector<std::string> script_command(const ModelScripts& scripts, std::string_view script,
                                                      const config::ModelSettings& model);

/// What such a child may know of our environment: where things are and how the
/// network is reached; never keys of this server.
[[nodiscard]] std::vector<std::string> script_environment();

}  // namespace collet::llm
