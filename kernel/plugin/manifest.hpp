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
  std::vector<std::string> capabilities;  ///< Those that are known here.
  std::vector<std::string> required;  ///< Service ids.
  Value config_schema;                ///< null: no configuration.
  Value json;                         ///< The whole.
};

/// Unknown capabilities and an unknown status are logged and left out.
/// @error invalid: the message has the JSON path and what was expected.
/// unavailable: `requires` names a service that is not offered.
[[nodiscard]] Result<Manifest> parse_manifest(std::string_view text);

/// What the plugin gets: what it asks for, cut down to `granted` if that is not
/// null. @error denied: something it requires is not among that.
[[nodiscard]] Result<std::vector<std::string>> grant(const Manifest& manifest,
                                                     const std::vector<std::string>* granted);

}  // namespace collet::plugin
