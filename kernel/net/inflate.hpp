// Content-Encoding of an answer, taken off as it comes.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "collet/result.hpp"

namespace collet::net {

class Inflater {
 public:
  /// @param coding the Content-Encoding: "", identity, gzip, x-gzip, deflate.
  /// @param ratio_max how often larger than what came the whole may be; small answers may
  /// be larger.
  /// @error invalid: another coding.
  [[nodiscard]] static Result<Inflater> make(std::string_view coding, int ratio_max);
  Inflater(Inflater&&) noexcept;
  Inflater& operator=(Inflater&&) noexcept;
  ~Inflater();

  /// Appends what comes of `piece` to `out`. @error limit (the ratio), invalid (damaged).
  [[nodiscard]] Result<void> feed(std::string_view piece, std::string& out);
  /// @error invalid: the end is missing.
  [[nodiscard]] Result<void> finish() const;

 private:
  struct State;
  explicit Inflater(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;  ///< Null: as it is.
};

}  // namespace collet::net
