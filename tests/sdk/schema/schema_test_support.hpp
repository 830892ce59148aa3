// schema_test_support.hpp - schemas and instances as JSON text.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "collet/schema.hpp"

namespace collet::test {

inline Value parsed(std::string_view text) {
  auto value = Value::parse(text);
  EXPECT_TRUE(value.ok()) << text << ": " << value.error().message;
  return value.value_or({});
}

inline Schema compiled(std::string_view schema, const SchemaOptions& options = {}) {
  auto made = Schema::compile(parsed(schema), options);
  EXPECT_TRUE(made.ok()) << schema << ": " << made.error().message;
  return made.ok() ? *made : *Schema::compile(Value(false));
}

/// What validation says, "" when the instance fits.
inline std::string said(std::string_view schema, std::string_view instance, const SchemaOptions& options = {}) {
  return describe(compiled(schema, options).validate(parsed(instance)));
}

/// Why a schema does not compile, "" when it does.
inline std::string refused(std::string_view schema) {
  const auto made = Schema::compile(parsed(schema));
  return made.ok() ? "" : made.error().message;
}

/// One schema with instances that fit it and instances that do not.
struct SchemaCase {
  std::string schema;
  std::vector<std::string> fit;
  std::vector<std::string> unfit;
};

inline void PrintTo(const SchemaCase& c, std::ostream* out) { *out << c.schema; }

inline void check(const SchemaCase& c, const SchemaOptions& options = {}) {
  const Schema schema = compiled(c.schema, options);
  for (const std::string& instance : c.fit) {
    EXPECT_EQ(describe(schema.validate(parsed(instance))), "") << c.schema << "\n  should fit: " << instance;
  }
  for (const std::string& instance : c.unfit) {
    EXPECT_FALSE(schema.validate(parsed(instance)).empty()) << c.schema << "\n  should not fit: " << instance;
  }
}

}  // namespace collet::test
