// Packages that a program asks for: their names checked, the registry in force found,
// and the run that installs them. What is installed is kept, and shown to the program.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collet/result.hpp"
#include "collet/services.hpp"
#include "runtime.hpp"

namespace code_exec {

/// Where a language's client gets packages from, by its own configuration.
struct Registry {
  std::vector<std::string> urls;   ///< The index first, then further ones.
  std::vector<std::string> hosts;  ///< "HOST:PORT" to be reached, "!" in front of what the operator named.
  std::string cert;                ///< File with the certificates to trust; "": the client's own.
};

/// How packages of one language are installed.
struct Installer {
  /// What is wrong with a package as the model named it; "": nothing.
  std::string (*fault)(std::string_view package);
  /// Whether it names one version, which can be kept for ever.
  bool (*is_pinned)(std::string_view package);
  /// As configured on this host. No URLs: the client's default is to be asked for.
  /// @error invalid: the configuration cannot be used, in words.
  collet::Result<Registry> (*configured)();
  /// A program that prints the client's default, a line each: URLs, "!" in front of one
  /// that the operator named, further HOST:PORT to be reached, and the file of
  /// certificates to trust. @error not_found: the client is not installed.
  collet::Result<collet::ExecRequest> (*question)(const Runtime& runtime);
  /// Leaves the packages in /out. @error not_found: the client is not installed.
  collet::Result<collet::ExecRequest> (*request)(const Runtime& runtime, const Registry& registry,
                                                 std::span<const std::string> packages);
};

extern const Installer kPip;
extern const Installer kNpm;
extern const Installer kGem;
extern const Installer kGoInstaller;

/// A run that installs, with the name under which its result is kept.
/// @param packages each without fault, in any order
[[nodiscard]] collet::Result<collet::ExecRequest> install_request(const Installer& installer, std::string_view language,
                                                                  const Runtime& runtime, const Registry& registry,
                                                                  std::vector<std::string> packages);

/// Adds what the program of Installer::question() has printed. @error invalid.
[[nodiscard]] collet::Result<void> take_answer(std::string_view printed, Registry& registry);
/// What such programs need beside their arguments: folders and a clean environment.
void complete_request(const Runtime& runtime, collet::ExecRequest& request);

/// "a, b, c".
[[nodiscard]] std::string listed(std::span<const std::string> packages);

// For the installers.

/// The host of an https URL as Registry::hosts has it. @error invalid.
[[nodiscard]] collet::Result<std::string> host_of(std::string_view url, bool is_default);
/// A variable of the server's own environment; "": none.
[[nodiscard]] std::string variable(const char* name);
/// `~/...` of the user who runs the server; "" where there is no home.
[[nodiscard]] std::string in_home(std::string_view path);
/// A key's value in an ini file, "" when absent. @param section "": before the first.
[[nodiscard]] std::string ini_value(const std::string& file, std::string_view section, std::string_view key);
/// The system's store of certificates; "" where there is none.
[[nodiscard]] std::string system_certificates();
/// Takes a run of characters of the set from the front.
[[nodiscard]] std::string_view take_while(std::string_view& text, std::string_view characters);

inline constexpr std::string_view kLowerAndDigits = "abcdefghijklmnopqrstuvwxyz0123456789";
inline constexpr std::string_view kLettersAndDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

}  // namespace code_exec
