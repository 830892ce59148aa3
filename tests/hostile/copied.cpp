#include "hostile/copied.hpp"

#include <chrono>
#include <cstdlib>

#include <poll.h>

#include "sandbox/slots.hpp"

namespace collet::sandbox {
namespace {

constexpr const char* kReadAndRun = "\nexec(compile(open(3, encoding='utf-8', errors='surrogateescape').read(), 'x', 'exec'))";

}  // namespace

void CopiedTest::TearDown() {
  if (!sandbox_) return;
  sandbox_->drop_warm_boxes();
  for (int i = 0; i < 10'000 && !zygote_pids().empty(); ++i) ::poll(nullptr, 0, 1);
  BoxTest::TearDown();
}

BoxSpec CopiedTest::copied(const std::string& code, const std::string& preparation) {
  BoxSpec spec = python("");
  spec.argv = {"/usr/bin/python3", "-I", "-S", "-c", preparation + kReadAndRun};
  spec.inputs = {{3, code, true, true}};
  return spec;
}

BoxSpec CopiedTest::as_copy(const BoxSpec& program) {
  const bool is_python = program.argv[0] == "/usr/bin/python3";
  const std::size_t first = is_python ? 4 : 0;
  std::string code = "import os, sys\nsys.argv = [" + std::string(is_python ? "'x', " : "");
  for (std::size_t i = first; i < program.argv.size(); ++i) code += "r\"\"\"" + program.argv[i] + "\"\"\", ";
  code += "]\n";
  BoxSpec spec = program;
  spec.inputs.clear();
  if (is_python) {
    code += program.inputs.at(0).data;
  } else {
    if (!program.inputs.empty()) code += "os.dup2(6, 3)\nos.close(6)\n", spec.inputs.push_back({6, program.inputs[0].data});
    code += "os.execv(sys.argv[0], sys.argv)\n";
  }
  const BoxSpec copy = copied(code);
  spec.argv = copy.argv;
  spec.inputs.insert(spec.inputs.begin(), copy.inputs[0]);
  return spec;
}

BoxResult CopiedTest::run_copied(const BoxSpec& spec, double* took_ms) {
  BoxSpec first = spec;
  for (auto& input : first.inputs) {
    if (input.late) input.data = "pass";
  }
  for (int i = 0; i < 1'000 && !run(first).was_copy; ++i) ::poll(nullptr, 0, 5);
  const auto started = std::chrono::steady_clock::now();
  auto result = run(spec);
  if (took_ms != nullptr) *took_ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - started).count();
  EXPECT_TRUE(result.was_copy) << describe(result);
  return result;
}

std::set<pid_t> CopiedTest::zygote_pids() const {
  const std::string uid = std::to_string(settings_.uid_base + slot_count(settings_));
  std::set<pid_t> found;
  for (const auto& entry : processes_of(uid)) found.insert(std::atoi(entry.c_str()));
  return found;
}

void CopiedTest::wait_for_burials() const {
  for (std::int64_t uid = settings_.uid_base; uid <= settings_.uid_base + slot_count(settings_); ++uid) {
    for (int i = 0; i < 10'000 && !processes_of(std::to_string(uid), Orphans::counted).empty(); ++i) ::poll(nullptr, 0, 1);
  }
}

void CopiedTest::restart_with(const config::SandboxSettings& settings) {
  start(settings);
  before_ = host_state();
}

}  // namespace collet::sandbox
