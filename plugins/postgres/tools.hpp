// The three tools: what each says about itself, and what it does in a session.
#pragma once

#include <string>

#include "collet/args.hpp"
#include "collet/result.hpp"
#include "collet/services.hpp"
#include "collet/tool.hpp"
#include "options.hpp"
#include "session.hpp"
#include "waiter.hpp"

namespace postgres {

/// What a tool answers; an error that the model can repair is text as well.
struct Answer {
  std::string text;
  bool is_json = false;
  bool is_error = false;  ///< The statement failed; the text says how.
};

/// What a tool's work is given.
struct Work {
  Session& session;
  const collet::Args& args;
  const collet::Value& tool_params;
  const Options& options;
  const Waiter& waiter;
  const collet::Embeddings& embedded;  ///< Of query_text; no vectors without one.
};

[[nodiscard]] collet::ToolSpec psql_tool();
/// Arguments that cannot be right are told before anything is connected.
[[nodiscard]] collet::Result<void> check_psql(const collet::Args& args);
[[nodiscard]] collet::Result<Answer> run_psql(const Work& work);

[[nodiscard]] collet::ToolSpec schema_tool();
[[nodiscard]] collet::Result<void> check_schema(const collet::Args& args);
[[nodiscard]] collet::Result<Answer> run_schema(const Work& work);

[[nodiscard]] collet::ToolSpec vector_tool();
/// The input_schema that a model is shown where the request has these tool_params.
[[nodiscard]] std::string vector_schema(const collet::Value& tool_params);
[[nodiscard]] collet::Result<void> check_vector(const collet::Args& args);
[[nodiscard]] collet::Result<Answer> run_vector(const Work& work);

/// What every tool of this plugin has in common.
[[nodiscard]] collet::ToolSpec common_tool();
/// The JSON Schema of db_attachment, for input_schema.
extern const char* const kAttachmentSchema;
/// The JSON Schema of tool_params with `format`.
extern const char* const kFormatSchema;
/// `table` in the form that tool_params asks for.
[[nodiscard]] Answer print_as(const collet::Value& tool_params, const Table& table, bool expanded = false);

}  // namespace postgres
