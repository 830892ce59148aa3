// A sandbox to attack, and the oracle: whatever ran, nothing of it may be left.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "sandbox/sandbox.hpp"

namespace collet::sandbox {

/// Shows a result as a person wants it in a failing test.
std::string describe(const BoxResult& result);

/// What a host could keep of a box.
struct HostState {
  std::set<std::string> processes;  ///< Of the slots' uids, and children of ours.
  std::set<std::string> cgroups;    ///< Of this process that still hold a task.
  std::string mounts;
  std::size_t descriptors = 0;
};

class BoxTest : public testing::Test {
 public:
  /// What COLLET_HOSTILE_BACKEND names: the whole suite can be run against each way to
  /// make boxes. Else auto.
  static std::string backend();

 protected:
  BoxTest();
  ~BoxTest() override;
  void SetUp() override;     ///< Fails, with the reason, on a host that cannot isolate.
  void TearDown() override;  ///< Fails if anything is left.

  /// Uids that no other test on this host uses at the same time.
  static std::int64_t own_uid_base();
  static BoxSpec shell(const std::string& script);
  static BoxSpec python(const std::string& code);
  /// A program of tests/hostile/programs; what runs it follows from the ending of its name.
  static bool has_interpreter(const std::string& name);
  static BoxSpec program(const std::string& name, std::vector<std::string> arguments = {});
  /// The program tried everything it was made for, and nothing went through.
  static void expect_contained(const BoxResult& result);
  /// No line of its output says BAD, which is how a program tells of what went through.
  static void expect_nothing_bad(const BoxResult& result);
  /// Prints how many things it tried, for scripts/hostile-table.
  static void note_attempts(const BoxResult& result);
  BoxResult run(BoxSpec spec, base::CancelToken cancel = {}, OutputFn output = nullptr);
  std::vector<BoxResult> run_all(std::vector<BoxSpec> specs);
  void start(config::SandboxSettings settings);
  HostState host_state() const;
  /// Processes of the boxes' uids and of the launcher, as "pid name".
  std::set<std::string> box_processes() const;
  /// Processes of one host uid, as "pid name".
  enum class Orphans { left_out, counted };  ///< Dead ones that the system is to bury.
  static std::set<std::string> processes_of(const std::string& uid, Orphans orphans = Orphans::left_out);
  /// The launcher, which is our only child.
  static pid_t launcher_pid();

  config::SandboxSettings settings_;
  std::unique_ptr<Sandbox> sandbox_;
  HostState before_;
};

}  // namespace collet::sandbox
