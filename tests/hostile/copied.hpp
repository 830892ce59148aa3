// Boxes whose program is a copy of a Python that waits for its code.
#pragma once

#include <set>
#include <string>

#include "hostile/box_test.hpp"

namespace collet::sandbox {

class CopiedTest : public BoxTest {
 protected:
  void TearDown() override;
  /// Bubblewrap's boxes take no zygotes in: for a test that is of nothing else.
  static bool has_zygotes() { return backend() != "bwrap"; }

  /// @param preparation what the zygote does before it comes to read the code.
  static BoxSpec copied(const std::string& code, const std::string& preparation = "pass");
  /// A program of the hostile set, as a copy: one in Python runs in it, any other is what
  /// the copy executes.
  static BoxSpec as_copy(const BoxSpec& program);
  /// Runs it once its zygote is there; fails if it was no copy.
  BoxResult run_copied(const BoxSpec& spec, double* took_ms = nullptr);
  BoxResult run_copied(const std::string& code, const std::string& preparation = "pass") { return run_copied(copied(code, preparation)); }
  /// Of those that wait to be copied, by their uid.
  [[nodiscard]] std::set<pid_t> zygote_pids() const;
  /// Whoever buries orphans here may take its time, and their cgroups wait for it.
  void wait_for_burials() const;
  void restart_with(const config::SandboxSettings& settings);
};

}  // namespace collet::sandbox
