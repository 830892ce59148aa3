// Reads the members of one JSON object of a request and words the complaint.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collet/json.hpp"
#include "collet/result.hpp"

namespace collet::api {

/// null counts as absent. The first complaint is kept; later reads go on, so a
/// handler reads everything and then asks error() once.
class Fields {
 public:
  /// @param path how errors name this object, "" for the body, else "tools[0]".
  Fields(Value object, std::string path);

  [[nodiscard]] Value get(std::string_view name) const { return object_[name]; }
  std::string string(std::string_view name, std::string_view fallback = {});
  std::string required_string(std::string_view name);
  bool boolean(std::string_view name, bool fallback);
  std::optional<std::int64_t> integer(std::string_view name, std::int64_t min = 1,
                                      std::int64_t max = std::numeric_limits<std::int64_t>::max());
  std::optional<double> number(std::string_view name, double min, double max);
  Value object(std::string_view name);  ///< null when absent
  Value array(std::string_view name);   ///< null when absent
  /// One of `choices`.
  std::string choice(std::string_view name, std::span<const std::string> choices,
                     std::string_view fallback);
  /// The first member that is none of `known`, shortened; "" if there is none.
  [[nodiscard]] std::string unknown(std::span<const std::string> known) const;

  /// Where it is ignored: adds to `warnings` what is said about it, with the name
  /// it may be a slip of.
  void warn_of_unknown(std::span<const std::string> known, std::vector<std::string>& warnings) const;

  void complain(std::string_view name, std::string what);
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }
  /// "tools[0].name"
  [[nodiscard]] std::string path_of(std::string_view name) const;

 private:
  Value expect(std::string_view name, Value::Kind kind, std::string_view words);

  Value object_;
  std::string path_;
  std::optional<Error> error_;
};

/// A value as an error quotes it: short.
[[nodiscard]] std::string quoted(const Value& value);

}  // namespace collet::api
