// schema.cpp - the public face: compile, validate, defaults, findings as text.
// SPDX-License-Identifier: Apache-2.0
#include "collet/schema.hpp"

#include <algorithm>

#include "schema_compile.hpp"
#include "schema_defaults.hpp"
#include "schema_run.hpp"
#include "schema_words.hpp"

namespace collet {

namespace {

// Each level costs some hundred bytes of stack, and threads have little.
constexpr std::size_t kDepthMax = 1024;

}  // namespace

struct Schema::Compiled {
  SchemaOptions options;
  schema::Resources resources;
  std::deque<schema::Subschema> subschemas;
  const schema::Subschema* root = nullptr;
};

Schema::Schema(std::shared_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}

Result<Schema> Schema::compile(const Value& schema, const SchemaOptions& options,
                               const std::vector<Value>& resources) {
  std::vector<SchemaResource> named;
  for (const Value& resource : resources) {
    const auto id = resource["$id"].as_string();
    if (!id) {
      return Error{Errc::invalid, "a schema given as a resource has no $id, so nothing can refer to it: " +
                                      schema::shortened(resource)};
    }
    named.push_back({std::string(*id), resource});
  }
  return compile_with(schema, options, named);
}

Result<Schema> Schema::compile_with(const Value& schema, const SchemaOptions& options,
                                    const std::vector<SchemaResource>& resources) {
  auto compiled = std::make_shared<Compiled>();
  compiled->options = options;
  compiled->options.depth_max = std::min(options.depth_max, kDepthMax);
  for (const SchemaResource& resource : resources) {
    const auto added = compiled->resources.add_document(resource.uri, resource.schema, resource.uri + "#");
    if (!added) return added.error();
  }
  const auto root = compiled->resources.add_document("", schema, "");
  if (!root) return root.error();
  schema::Compiler compiler(compiled->resources, compiled->subschemas, compiled->options);
  const auto made = compiler.compile({schema, *root, ""});
  if (!made) return made.error();
  compiled->root = *made;
  return Schema(std::move(compiled));
}

std::vector<SchemaFinding> Schema::validate(const Value& instance) const {
  return schema::Run(compiled_->options).validate(*compiled_->root, instance);
}

Value Schema::with_defaults(const Value& instance) const {
  return schema::with_defaults(*compiled_->root, instance, compiled_->options.depth_max);
}

std::string describe(const std::vector<SchemaFinding>& findings) {
  std::string out;
  for (const SchemaFinding& finding : findings) {
    if (!out.empty()) out.append("; ");
    if (!finding.instance_pointer.empty()) out.append(finding.instance_pointer).append(": ");
    out.append(finding.message);
  }
  return out;
}

}  // namespace collet
