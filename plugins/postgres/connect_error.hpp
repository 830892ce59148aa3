// What an operator does about a connection that does not come about.
#pragma once

#include <string>
#include <string_view>

namespace postgres {

/// libpq's reason, and what to change in the address where it is about TLS.
[[nodiscard]] std::string explained(std::string_view reason);

}  // namespace postgres
