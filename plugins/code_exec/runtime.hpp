// What the rows of the language table share in looking for interpreters. Nothing is
// run on the host to find out about one: names and files tell.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace code_exec {

/// An interpreter on this host.
struct Runtime {
  std::string interpreter;         ///< Absolute path.
  std::string version;             ///< "3.11"; "" when nothing tells.
  std::vector<std::string> roots;  ///< Host folders that it needs in the box.
  bool is_configured = false;      ///< The operator chose it.
};

/// "3.11" of the file "python3.11" with the stem "python"; "" for other names.
[[nodiscard]] std::string version_in(std::string_view file, std::string_view stem);

/// Whether "3.9" comes before "3.11".
[[nodiscard]] bool is_older(std::string_view version, std::string_view other);

/// The newest STEMn.m, else the first of `plain` names, where systems put
/// interpreters. The path is free of links: where they lead need not be in the box.
[[nodiscard]] std::optional<Runtime> find_interpreter(std::string_view stem, std::span<const std::string_view> plain);

/// The folders of the system and the prefixes of the interpreter, as named and
/// where its links lead.
[[nodiscard]] std::vector<std::string> default_roots(const std::string& interpreter);

/// Its path without links; as it is when there is no such file.
[[nodiscard]] std::string without_links(const std::string& interpreter);

/// The folder above bin/.
[[nodiscard]] std::string prefix_of(const std::string& interpreter);

}  // namespace code_exec
