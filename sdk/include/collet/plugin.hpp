// collet/plugin.hpp - a plugin in one file.
// SPDX-License-Identifier: Apache-2.0
//
//   struct Greeter {
//     std::vector<collet::ToolSpec> tools() const { ... }
//     collet::Result<std::string> run(collet::Call& call, const collet::Args& args);
//   };
//   COLLET_PLUGIN(Greeter, R"({"id": "greeter", "version": "1.0.0"})")
//
// The struct may have
//   T(Host, const Value& config)            or a static create() with these
//   static Result<std::unique_ptr<T>> create(Host, const Value& config)
//   run([Call&, string_view tool,] args)    may block; runs on a worker thread.
//     Returns void, or a Result of void, std::string (text) or Value (JSON).
//   start(Call, [string_view tool,] Args)   returns at once; call.finish() later
//   specialize(const SpecializeRequest&) -> Result<Specialized>  must be quick
//   commands() -> std::vector<ToolSpec>     for the operator alone; run like tools
//   redact(tool, result) -> std::optional<std::string>           must be quick
//   quiesce(deadline_ms)                    tells its calls to end, waits for none
// run or start is a must; with both, ToolSpec.blocking chooses. An exception ends
// at the boundary as an internal error of that call.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collet/abi.h"
#include "collet/args.hpp"
#include "collet/call.hpp"
#include "collet/ext/commands.h"
#include "collet/ext/redact.h"
#include "collet/ext/specialize.h"
#include "collet/note.h"
#include "collet/sized.hpp"
#include "collet/str.hpp"
#include "collet/tool.hpp"

namespace collet {

/// What a tool is specialised for; see collet_specialize_request. Borrowed.
struct SpecializeRequest {
  std::string_view tool;
  Value tool_params;
  std::string_view hint;  ///< What the caller wrote beside the tool's name.
  std::string_view caller, app, size;
};

/// A tool's description and schema for one request; "" leaves it as it is.
struct Specialized {
  std::string description;
  std::string input_schema;
};

}  // namespace collet

#include "collet/glue.hpp"

/// Emits the one exported function and the note. `manifest` is JSON text; see
/// note.h. Once per library, at file level.
#define COLLET_PLUGIN(Type, manifest)                                                       \
  COLLET_NOTE(manifest);                                                                    \
  extern "C" COLLET_EXPORT const collet_plugin* collet_plugin_entry_v1(std::uint32_t) {     \
    return &::collet::glue::Trampolines<Type>::table;                                       \
  }
