// Makes sure that somebody can call the server.
#pragma once

#include <string>

#include "collet/result.hpp"
#include "config/settings.hpp"

namespace collet::config {

struct KeyReport {
  std::string made;       ///< A key made just now, to be shown once; else "".
  std::string stored_in;  ///< Its file, when the key of that file is accepted.
};

/// Adds COLLET_API_KEY, when set, to the accepted keys. Where no key is accepted
/// then, takes the one stored in the state folder, or makes and stores one (0600).
/// @error unavailable (folder or file), denied (file readable by others).
[[nodiscard]] Result<KeyReport> prepare_keys(Settings& settings);

/// The stored key; "" when there is none that can be read.
[[nodiscard]] std::string stored_key(const Settings& settings);

}  // namespace collet::config
