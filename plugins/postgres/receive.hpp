// From libpq's results to a Reply, within limits.
#pragma once

#include <cstdint>

#include <libpq-fe.h>

#include "options.hpp"
#include "table.hpp"

namespace postgres {

/// Takes the results of one exchange, in order.
class Receiver {
 public:
  Receiver(Reply& into, const ResultLimits& limits) : into_(into), limits_(limits) {}

  /// False: the server has begun to copy.
  [[nodiscard]] bool take(const PGresult* result);

 private:
  void take_columns(const PGresult* result);
  void take_rows(const PGresult* result);
  bool take_row(const PGresult* result, int row);

  Reply& into_;
  ResultLimits limits_;
  std::int64_t bytes_ = 0;
  bool is_full_ = false;
  bool in_rows_ = false;  ///< In the middle of a result that comes row by row.
};

}  // namespace postgres
