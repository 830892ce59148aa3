// schema_fuzz.cpp - a schema, a line break, an instance: neither may crash, hang or
// make the verdict depend on how the instance was written.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "collet/schema.hpp"

namespace {

void demand(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using collet::Value;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t line = std::min(text.find('\n'), text.size());
  const auto source = Value::parse(text.substr(0, line));
  if (!source) return 0;
  collet::SchemaOptions options;
  options.steps_max = 5'000;
  options.assert_formats = true;
  const auto schema = collet::Schema::compile(*source, options);
  if (!schema) {
    demand(!schema.error().message.empty(), "a refusal says why");
    return 0;
  }
  // A schema is JSON too: without an instance it is tried on itself.
  const auto parsed = Value::parse(text.substr(std::min(line + 1, text.size())));
  const Value instance = parsed ? *parsed : *source;
  const auto findings = schema->validate(instance);
  demand(findings.size() <= options.findings_max + 1, "findings are limited");
  for (const auto& finding : findings) {
    const bool is_name = finding.message.starts_with("as a property's name");
    demand(is_name || instance.pointer(finding.instance_pointer).ok(), "a finding points into the instance");
    demand(finding.message.size() < 4096, "a message is short");
  }
  const auto again = schema->validate(*Value::parse(instance.dump(true)));
  demand(again.size() == findings.size(), "the verdict is stable");
  demand(Value::parse(collet::json::quote(describe(findings))).ok(), "the description is text");
  const Value filled = schema->with_defaults(instance);
  demand(schema->with_defaults(filled) == filled, "defaults are filled once");
  return 0;
}
