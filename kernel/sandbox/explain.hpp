// A failing step and its errno in words: what it means, and what to do.
#pragma once

#include <string>
#include <string_view>

#include "sandbox/sandbox.hpp"
#include "sandbox/wire.hpp"

namespace collet::sandbox {

struct Explanation {
  Outcome outcome = Outcome::unavailable;  ///< failed: this program; unavailable: this host.
  std::string message;  ///< What failed, with step and errno.
  std::string remedy;   ///< What can be done; may be "".
  [[nodiscard]] std::string text() const { return remedy.empty() ? message : message + ". " + remedy; }
};

/// `spec` supplies the names that belong to the failure's index; `said` is what another
/// program said of it that makes boxes for us.
[[nodiscard]] Explanation explain(const wire::Failure& failure, const BoxSpec& spec, std::string_view said = {});

}  // namespace collet::sandbox
