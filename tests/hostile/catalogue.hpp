// The table of the hostile set: classes.txt, which scripts/hostile-table reads too.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "sandbox/sandbox.hpp"

namespace collet::sandbox {

/// One row "run" of classes.txt: a program of programs/, and how its run must end.
struct HostileProgram {
  int number = 0;         ///< Of its class.
  std::string file;
  std::string mode;       ///< Its first argument; "": none.
  std::vector<std::string> endings;  ///< Any of: contained, exited=N, signalled=N, timeout, oom, output_limit.
  config::SizeSettings size;
  std::int64_t timeout_ms = 10'000;
  std::int64_t took_ms_max = 0;     ///< From the start to the result; 0: not looked at.
  std::int64_t cpu_ms_max = 0;
  std::string app;        ///< read, scratch; "": no app folder.
  bool has_out_folder = false;
};
void PrintTo(const HostileProgram& program, std::ostream* out);

/// As a test's name may be: "01_fork_bomb_sh_mode".
std::string name_of(const HostileProgram& program);

/// All rows "run". Throws std::runtime_error, with the line, on one it cannot read.
std::vector<HostileProgram> read_catalogue(const std::string& path);

}  // namespace collet::sandbox
