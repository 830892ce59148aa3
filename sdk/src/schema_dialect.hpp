// schema_dialect.hpp - which keywords count under a $schema.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "collet/json.hpp"
#include "collet/result.hpp"

namespace collet::schema {

/// Bits of Dialect::vocabularies.
enum Vocabulary : std::uint32_t {
  kCore = 1u << 0,
  kApplicator = 1u << 1,
  kUnevaluated = 1u << 2,
  kValidation = 1u << 3,
  kFormat = 1u << 4,
  kFormatAssertion = 1u << 5,
  kSince2019 = 1u << 6,  ///< Beside another bit: draft 7 does not know the keyword.
};

struct Dialect {
  std::uint32_t vocabularies = kCore | kApplicator | kUnevaluated | kValidation | kFormat | kSince2019;
  /// Draft 7 and older: $ref hides its neighbours.
  bool legacy = false;

  [[nodiscard]] bool knows(std::uint32_t needed) const { return (vocabularies & needed) == needed; }
};

/// True for the $schema of draft 7, 6, 4 or 3.
[[nodiscard]] bool is_legacy_dialect(std::string_view schema_uri);
[[nodiscard]] Dialect legacy_dialect();
/// The dialect of a metaschema, by its $vocabulary.
/// @error invalid: it needs a vocabulary that is unknown here.
[[nodiscard]] Result<Dialect> dialect_of(const Value& metaschema);

}  // namespace collet::schema
