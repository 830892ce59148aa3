// schema_dialect.cpp - which keywords count under a $schema.
// SPDX-License-Identifier: Apache-2.0
#include "schema_dialect.hpp"

#include <string>

namespace collet::schema {

namespace {

struct KnownVocabulary {
  std::string_view name;
  std::uint32_t bits;
};

constexpr std::string_view kPrefix = "https://json-schema.org/draft/2020-12/vocab/";
constexpr KnownVocabulary kKnown[] = {
    {"core", kCore},
    {"applicator", kApplicator},
    {"unevaluated", kUnevaluated},
    {"validation", kValidation},
    {"meta-data", 0},
    {"format-annotation", kFormat},
    {"format-assertion", kFormat | kFormatAssertion},
    {"content", 0},
};

const KnownVocabulary* find_vocabulary(std::string_view uri) {
  if (!uri.starts_with(kPrefix)) return nullptr;
  for (const KnownVocabulary& known : kKnown) {
    if (known.name == uri.substr(kPrefix.size())) return &known;
  }
  return nullptr;
}

}  // namespace

bool is_legacy_dialect(std::string_view schema_uri) {
  if (schema_uri.ends_with('#')) schema_uri.remove_suffix(1);
  for (const std::string_view draft : {"07", "06", "04", "03"}) {
    for (const std::string_view scheme : {"http", "https"}) {
      if (schema_uri == std::string(scheme) + "://json-schema.org/draft-" + std::string(draft) + "/schema") return true;
    }
  }
  return false;
}

Dialect legacy_dialect() { return {kCore | kApplicator | kValidation | kFormat, true}; }

Result<Dialect> dialect_of(const Value& metaschema) {
  const Value vocabularies = metaschema["$vocabulary"];
  if (!vocabularies.is_object()) return Dialect{};
  Dialect dialect{kCore | kSince2019, false};
  for (std::size_t i = 0; i < vocabularies.size(); ++i) {
    const std::string_view uri = vocabularies.key_at(i);
    const KnownVocabulary* const known = find_vocabulary(uri);
    if (known != nullptr) {
      dialect.vocabularies |= known->bits;
    } else if (vocabularies.member_at(i).as_bool().value_or(false)) {
      return Error{Errc::invalid, "$schema: its metaschema requires the vocabulary " + std::string(uri) +
                                      ", which is not known here"};
    }
  }
  return dialect;
}

}  // namespace collet::schema
