// A Postgres with pgvector, in a process of the test's own.
#pragma once

#include <string>

#include <sys/types.h>

namespace collet::test {

class PgLite {
 public:
  /// With `statements` run in it. Throws std::runtime_error when it does not come up.
  explicit PgLite(const std::string& statements);
  ~PgLite();
  PgLite(const PgLite&) = delete;
  PgLite& operator=(const PgLite&) = delete;
  [[nodiscard]] std::string url() const { return "postgres://postgres@/postgres?host=" + folder_ + "&sslmode=disable"; }

 private:
  std::string folder_;
  pid_t pid_ = -1;
  int input_ = -1;
};

}  // namespace collet::test
