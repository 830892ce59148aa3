// collet/schema.hpp - JSON Schema 2020-12 over Value.
// SPDX-License-Identifier: Apache-2.0
//
// Target collet::schema; it links RE2, so plugins do not use it: the kernel has
// checked their arguments before it calls them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "collet/json.hpp"
#include "collet/result.hpp"

namespace collet {

struct SchemaOptions {
  std::uint64_t steps_max = 1'000'000;  ///< Budget of one validation.
  std::size_t depth_max = 128;          ///< Nested schema applications; at most 1024.
  std::size_t findings_max = 16;        ///< Further findings are dropped.
  bool assert_formats = false;          ///< `format` fails instead of annotating.
};

/// One reason why an instance does not fit.
struct SchemaFinding {
  std::string instance_pointer;  ///< RFC 6901; "" is the whole.
  std::string schema_pointer;    ///< Into the schema, after $ref was followed.
  std::string message;  ///< "expected a string, got 12": words for whoever wrote it.
};

/// A further schema document under the URI that a $ref finds it by; an $id inside
/// counts besides.
struct SchemaResource {
  std::string uri;
  Value schema;
};

/// A compiled schema. Immutable; any thread may validate with it at once.
class Schema {
 public:
  Schema() = default;  ///< The schema `true`: everything fits.

  /// All of core, applicator, validation and unevaluated of draft 2020-12; draft
  /// 7's `definitions`, array `items` and `dependencies` are understood. $ref
  /// reaches this document, `resources` and the metaschema, never the network.
  /// Patterns are ECMA-262 run by RE2, in linear time: lookaround, back references
  /// and repeats above 1000 are refused. An unknown $schema counts as 2020-12.
  /// @param resources further schema documents, each with its own $id.
  /// @error invalid: the schema itself is wrong; the message has its pointer.
  static Result<Schema> compile(const Value& schema, const SchemaOptions& options = {},
                                const std::vector<Value>& resources = {});

  /// The same with resources that may lack an $id.
  static Result<Schema> compile_with(const Value& schema, const SchemaOptions& options,
                                     const std::vector<SchemaResource>& resources);

  /// Empty when the instance fits. A used-up budget is a finding of its own.
  [[nodiscard]] std::vector<SchemaFinding> validate(const Value& instance) const;

  /// `instance` with each absent property that has a `default` filled in, at the
  /// top level and in nested objects under `properties`.
  [[nodiscard]] Value with_defaults(const Value& instance) const;

 private:
  struct Compiled;
  explicit Schema(std::shared_ptr<const Compiled> compiled);
  std::shared_ptr<const Compiled> compiled_;
};

/// The findings as one text that lets a model repair its call:
/// "/code: expected a string, got 12; /packges: unknown property, did you mean packages".
[[nodiscard]] std::string describe(const std::vector<SchemaFinding>& findings);

}  // namespace collet
