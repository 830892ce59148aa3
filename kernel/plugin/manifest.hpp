// What a plugin says about itself before it is loaded.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "collet/json.hpp"
#include "collet/result.hpp"

namespace collet::plugin {

struct Manifest {
  std::string id;
  std::string version;
  std::string description;
  std::string status = "draft";  ///< stable, draft.
  std::vector<std::string> capabilities;
  std::vector<std::string> required;  ///< Service ids.
  Value config_schema;                ///< null: no configuration.
  Value json;                         ///< The whole.
};

/// @error invalid: the message has the JSON path and what was expected.
[[nodiscard]] Result<Manifest> parse_manifest(std::string_view text);

/// What the plugin gets: what it asks for, cut down to `granted` if that is not
/// null. @error denied: something it requires is not among that.
[[nodiscard]] Result<std::vector<std::string>> grant(const Manifest& manifest,
                                                     const std::vector<std::string>* granted);

}  // namespace collet::plugin
