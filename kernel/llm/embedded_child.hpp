// A child process that talks in lines and never outlives us.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <sys/types.h>

#include "collet/result.hpp"

namespace collet::llm {

/// Leads a process group of its own; we hold the writing end of its standard input
/// and never write: the end of that pipe, which comes however we die, tells it to
/// go. (A parent-death signal would follow the thread that started it.)
/// [one thread at a time] Destroying it ends the whole group.
class LineChild {
 public:
  enum class Outcome { line, ended, woken, silent };

  LineChild() = default;
  ~LineChild() { end(); }
  LineChild(const LineChild&) = delete;
  LineChild& operator=(const LineChild&) = delete;

  /// @param environment NAME=value; nothing else is passed on.
  /// @error unavailable: the program cannot be started.
  Result<void> start(const std::vector<std::string>& command, const std::vector<std::string>& environment);
  /// Waits for the next line of its standard output. `ended`: it closed the pipe.
  /// @param wake_fd readable means stop waiting; -1 none.
  /// @param timeout_ms -1: no limit.
  Outcome next_line(std::string& line, int wake_fd, std::int64_t timeout_ms);
  /// Kills what is left of the group and reaps the child. Idempotent.
  void end();

  [[nodiscard]] pid_t pid() const { return pid_; }
  /// The end of what it wrote to its standard error.
  [[nodiscard]] const std::string& last_words() const { return errors_; }

 private:
  bool take_line(std::string& line);
  void read_output();
  void read_errors();

  pid_t pid_ = -1;
  int input_ = -1;   // we hold it, nobody writes
  int output_ = -1;
  int error_ = -1;
  std::string pending_;
  std::string errors_;
};

}  // namespace collet::llm
