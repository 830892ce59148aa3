#include "hostile/copied.hpp"

#include <chrono>
#include <cstdlib>

#include <poll.h>

namespace collet::sandbox {
namespace {

constexpr const char* kReadAndRun = "\nexec(compile(open(3, encoding='utf-8', errors='surrogateescape').read(), 'x', 'exec'))";

}  // namespace

void CopiedTest::TearDown() {
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

BoxSpec CopiedTest::as_copy(const BoxSpec& python_program) {
  BoxSpec spec = python_program;
  std::string arguments = "import sys\nsys.argv = ['x'";
  for (std::size_t i = 4; i < spec.argv.size(); ++i) arguments += ", '" + spec.argv[i] + "'";
  const BoxSpec copy = copied(arguments + "]\n" + spec.inputs.at(0).data);
  spec.argv = copy.argv;
  spec.inputs = copy.inputs;
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
  const std::string uid = std::to_string(settings_.uid_base + settings_.boxes_max + settings_.warm_boxes_max);
  std::set<pid_t> found;
  for (const auto& entry : processes_of(uid)) found.insert(std::atoi(entry.c_str()));
  return found;
}

void CopiedTest::restart_with(const config::SandboxSettings& settings) {
  start(settings);
  before_ = host_state();
}

}  // namespace collet::sandbox
