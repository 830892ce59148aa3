// schema_formats.hpp - the texts that `format` names.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace collet::schema {

struct Format {
  std::string_view name;
  bool (*fits)(std::string_view text);
  std::string_view example;  ///< For findings: "like 2024-05-31".
};

/// Null for a name that is not known: it asserts nothing then.
[[nodiscard]] const Format* find_format(std::string_view name);

}  // namespace collet::schema
