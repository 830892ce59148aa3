// Tool names as the back end takes them.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "llm/provider.hpp"

namespace collet::llm {

/// Most back ends take [a-zA-Z0-9_-]{1,64} only, while our names hold '/'. The map
/// is made per request of every name in it: a name that is fine stays, another
/// one gets a form of its own. Equal requests give equal forms, so that the
/// upstream's prompt cache works.
class NameMap {
 public:
  /// @param slash_allowed the back end takes '/' too.
  NameMap(const TurnRequest& request, bool slash_allowed);

  /// Nothing has to be renamed.
  [[nodiscard]] bool trivial() const { return to_wire_.empty(); }
  [[nodiscard]] std::string_view to_wire(std::string_view name) const;
  [[nodiscard]] std::string_view from_wire(std::string_view name) const;

 private:
  void add(const std::string& name);

  bool slash_allowed_;
  std::unordered_map<std::string, std::string> to_wire_;
  std::unordered_map<std::string, std::string> from_wire_;
};

}  // namespace collet::llm
