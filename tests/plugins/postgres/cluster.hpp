// PostgreSQL servers of a test's own: data in a temp folder, unix sockets only, run as
// an unprivileged user.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <sys/types.h>

namespace collet::test {

/// A port of loopback that was free a moment ago.
[[nodiscard]] std::string free_port();

/// One server process. Stopped by its pid at the end, its folder is removed.
class PgServer {
 public:
  /// A new, empty primary. `settings` as "name=value". Throws std::runtime_error with what initdb or the server wrote.
  static std::unique_ptr<PgServer> primary(const std::vector<std::string>& settings = {});
  /// The same with pgvector, of Debian or of scripts/deps.
  static std::unique_ptr<PgServer> primary_with_pgvector(const std::vector<std::string>& settings = {});
  /// A streaming follower of `primary`.
  static std::unique_ptr<PgServer> follower(PgServer& primary);
  ~PgServer();
  PgServer(const PgServer&) = delete;
  PgServer& operator=(const PgServer&) = delete;

  void stop();     ///< At once, as in a crash.
  void start();    ///< Until it takes connections.
  void restart() { stop(); start(); }

  /// postgres:// address over the unix socket.
  [[nodiscard]] std::string url(const std::string& user, const std::string& database = "postgres") const;
  /// Runs statements as the superuser. Cells of the last result, joined by '|' and line ends; throws on an error.
  std::string sql(const std::string& statements, const std::string& database = "postgres") const;
  [[nodiscard]] const std::string& folder() const { return folder_; }
  /// Runs a program as the server's user. Throws with what it wrote unless it ends with 0.
  void run(const std::vector<std::string>& argv) const;

 private:
  PgServer(std::vector<std::string> settings, std::string programs);
  [[nodiscard]] static std::unique_ptr<PgServer> make_primary(std::unique_ptr<PgServer> server);
  [[nodiscard]] std::string program(const std::string& name) const { return programs_ + "/" + name; }

  std::string folder_, programs_;
  std::string port_;  ///< As a parameter of url().
  std::vector<std::string> settings_;
  pid_t pid_ = -1;
};

/// What psql itself prints for a query.
[[nodiscard]] std::string psql(const PgServer& server, const std::string& user, const std::vector<std::string>& options);

}  // namespace collet::test
