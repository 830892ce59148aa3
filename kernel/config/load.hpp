// config.yaml in, Settings out.
//
//   load.cpp        YAML text to a Tree (the only user of yaml-cpp)
//   fields.cpp      the one table of settings: key, type, range, unit, help
//   bind.cpp        a Tree into Settings, led by the table
//   check.cpp       what no single field can tell: references, duplicates
//   describe.cpp    the table as JSON Schema; Settings back to JSON
#pragma once

#include <string>
#include <string_view>

#include "collet/json.hpp"
#include "collet/result.hpp"
#include "config/settings.hpp"

namespace collet::config {

/// Reads a file over the built-in defaults. A list or map that the file gives
/// replaces the built-in one, `sizes` excepted, which are merged by name.
/// @error not_found, unavailable (cannot read), invalid: every fault found, one a
/// line, as "config.yaml:12: limits.turns_max: expected ..., got ...".
[[nodiscard]] Result<Settings> load_file(const std::string& path);

/// The same for text. @param source names it in errors; relative paths in the
/// text count from its folder, or from the working directory if it has none.
[[nodiscard]] Result<Settings> load_text(std::string_view text, const std::string& source);

/// What a server without a config file uses: the config.yaml it was built with.
[[nodiscard]] Settings defaults();
/// That file's text.
[[nodiscard]] std::string_view default_text();

/// A JSON Schema 2020-12 of config.yaml, for editors.
[[nodiscard]] std::string config_schema();

enum class Secrets { masked, shown };
/// Settings in the shape of config.yaml.
[[nodiscard]] Value to_value(const Settings& settings, Secrets secrets = Secrets::masked);

/// Takes out the models of one provider, with the aliases and presets that need
/// them: for runs that shall not start a model.
void remove_provider(Settings& settings, std::string_view provider);

}  // namespace collet::config
