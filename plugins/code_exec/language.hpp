// The languages, one row each. A new language is a new row and its bootstrap or its compiler.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collet/result.hpp"
#include "collet/tool.hpp"
#include "packages.hpp"
#include "plan.hpp"
#include "runtime.hpp"

namespace code_exec {

/// Something that only a program itself shows to be needed: its bootstrap then writes
/// `marker` to descriptor 4 and ends, and is started again with the package at /cache.
struct Need {
  std::string_view marker;
  std::string_view package;
};

/// How an interpreter is started.
struct Start {
  std::string bootstrap;  ///< Waits at descriptor 5.
  bool may_fork = false;  ///< It can be copied where it comes to read the code.
};

/// What becomes of the files that a program writes in /work.
enum class Files { thrown_away, kept };

/// What differs between languages.
struct Language {
  std::string_view id;     ///< As in sandbox.runtimes: "python".
  std::string_view tool;   ///< Name of its tool.
  std::string_view title;
  std::string_view code_description;  ///< Of the argument `code`.
  /// The newest one on this host, in places where systems put it.
  std::optional<Runtime> (*find_runtime)();
  /// Fills in version and default roots of one that the operator named.
  void (*complete_runtime)(Runtime& runtime);
  /// The program's arguments. The code waits at descriptor 3, a value to show goes
  /// to descriptor 4, and the bootstrap waits at descriptor 5.
  std::vector<std::string> (*argv)(const Runtime& runtime);
  Start (*start)(std::string_view code, bool has_packages);
  /// Instead of argv and start: adds the steps that leave a program, and how to run it.
  /// What was installed is in plan.run.trees. Null: the language is interpreted.
  collet::Result<void> (*compile)(const Runtime& runtime, std::string_view code, Plan& plan);
  const Installer* installer;
  const Need* need;            ///< Null: there is none.
  std::string (*description)(const Runtime& runtime, Files files);
  std::vector<collet::ToolExample> (*examples)();
};

[[nodiscard]] std::span<const Language> languages();

/// The tool of one language, as the model sees it.
[[nodiscard]] collet::ToolSpec tool_of(const Language& language, const Runtime& runtime);
[[nodiscard]] std::string description_of(const Language& language, const Runtime& runtime, Files files);

/// What the model reads about a tool that runs `program`, as in "a Ruby 3.1".
/// @param library  what there is without a network: "the standard library"
/// @param hint     how to see results; the last sentence.
[[nodiscard]] std::string describe(std::string_view program, const Runtime& runtime, Files files, std::string_view library, std::string_view hint);

extern const Language kPython;
extern const Language kRuby;
extern const Language kNode;
extern const Language kGo;

}  // namespace code_exec
