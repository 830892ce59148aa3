#include "hostile/box_test.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <sys/stat.h>
#include <unistd.h>

#include "sandbox/slots.hpp"

namespace collet::sandbox {
namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

bool is_number(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string field(const std::string& status, const std::string& name) {
  const std::size_t at = status.find(name + ":\t");
  if (at == std::string::npos) return "";
  const std::size_t start = at + name.size() + 2;
  return status.substr(start, status.find('\n', start) - start);
}

// Groups of this process in every hierarchy, those with a task in them.
std::set<std::string> used_cgroups() {
  std::set<std::string> found;
  const std::string prefix = "collet-" + std::to_string(::getpid()) + "-";
  std::error_code error;
  for (auto at = fs::recursive_directory_iterator("/sys/fs/cgroup", fs::directory_options::skip_permission_denied, error);
       at != fs::recursive_directory_iterator(); at.increment(error)) {
    if (!at->is_directory(error)) continue;
    const std::string name = at->path().filename();
    if (name.starts_with(prefix) && !name.ends_with("-server") && !read_file(at->path() / "cgroup.procs").empty()) {
      found.insert(at->path());
    }
  }
  return found;
}

std::string join(const std::set<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += line + "\n";
  return text;
}

}  // namespace

std::string describe(const BoxResult& result) {
  std::ostringstream out;
  out << "outcome " << static_cast<int>(result.outcome) << ", returncode " << result.returncode << ", signal " << result.signal
      << ", wall " << result.wall_us << " us\nmessage: " << result.message << "\nstdout: " << result.stdout_text.substr(0, 4000)
      << "\nstderr: " << result.stderr_text.substr(0, 4000) << "\n";
  return out.str();
}

std::int64_t BoxTest::own_uid_base() { return 1'000'000 + std::int64_t{::getpid()} * 256; }

BoxTest::BoxTest() {
  settings_.uid_base = own_uid_base();
  settings_.boxes_max = 16;
  settings_.backend = backend();
}

std::string BoxTest::backend() {
  const char* name = std::getenv("COLLET_HOSTILE_BACKEND");
  return name != nullptr ? name : "auto";
}

BoxTest::~BoxTest() = default;

void BoxTest::start(config::SandboxSettings settings) {
  sandbox_.reset();
  sandbox_ = Sandbox::start(settings);
}

void BoxTest::SetUp() {
  start(settings_);
  ASSERT_EQ(sandbox_->unavailable_reason(), "") << "this host cannot run the tests of the sandbox";
  before_ = host_state();
}

void BoxTest::TearDown() {
  if (!sandbox_ || !sandbox_->unavailable_reason().empty()) return;
  const HostState after = host_state();
  EXPECT_EQ(join(after.processes), join(before_.processes)) << "processes are left";
  EXPECT_EQ(join(after.cgroups), "") << "cgroups still hold tasks";
  EXPECT_EQ(after.mounts, before_.mounts) << "mounts are left";
  EXPECT_EQ(after.descriptors, before_.descriptors) << "descriptors are left";
  sandbox_.reset();
  const std::string prefix = "collet-" + std::to_string(::getpid()) + "-";
  std::error_code error;
  for (auto at = fs::recursive_directory_iterator("/sys/fs/cgroup", error); at != fs::recursive_directory_iterator(); at.increment(error)) {
    EXPECT_FALSE(at->path().filename().string().starts_with(prefix)) << at->path() << " outlived the sandbox";
  }
  EXPECT_EQ(join(box_processes()), "") << "processes outlived the sandbox";
}

pid_t BoxTest::launcher_pid() {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/proc", error)) {
    const std::string status = is_number(entry.path().filename()) ? read_file(entry.path() / "status") : "";
    const bool ours = field(status, "PPid") == std::to_string(::getpid());
    if (ours && field(status, "Name") == "collet-launcher") return std::atoi(entry.path().filename().c_str());
  }
  return -1;
}

std::set<std::string> BoxTest::box_processes() const {
  std::set<std::string> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/proc", error)) {
    const std::string pid = entry.path().filename();
    if (!is_number(pid)) continue;
    const std::string status = read_file(entry.path() / "status");
    const std::int64_t uid = std::atoll(field(status, "Uid").c_str());
    const bool of_slot = uid >= settings_.uid_base && uid <= settings_.uid_base + slot_count(settings_);  // the last: zygotes
    const bool ours = field(status, "PPid") == std::to_string(::getpid());
    // A box that outlived its launcher falls to init, which buries it when it likes.
    if (field(status, "State").starts_with('Z') && field(status, "PPid") == "1") continue;
    if (of_slot || ours) found.insert(pid + " " + field(status, "Name"));
  }
  return found;
}

std::set<std::string> BoxTest::processes_of(const std::string& uid, Orphans orphans) {
  std::set<std::string> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/proc", error)) {
    if (!is_number(entry.path().filename())) continue;
    const std::string status = read_file(entry.path() / "status");
    const bool is_orphan = field(status, "State").starts_with('Z') && field(status, "PPid") == "1";
    if (field(status, "Uid").starts_with(uid + "\t") && (orphans == Orphans::counted || !is_orphan)) found.insert(entry.path().filename().string() + " " + field(status, "Name"));
  }
  return found;
}

HostState BoxTest::host_state() const {
  HostState state;
  state.processes = box_processes();
  state.cgroups = used_cgroups();
  state.mounts = read_file("/proc/self/mountinfo");
  std::error_code error;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator("/proc/self/fd", error)) ++state.descriptors;
  return state;
}

BoxSpec BoxTest::shell(const std::string& script) {
  BoxSpec spec;
  spec.argv = {"/bin/sh", "-c", script};
  spec.roots = {"/usr"};
  spec.timeout_ms = 20'000;
  spec.size.pids_max = 64;
  spec.size.disk_bytes = 32 << 20;
  spec.size.memory_bytes = 256 << 20;
  return spec;
}

BoxSpec BoxTest::python(const std::string& code) {
  BoxSpec spec = shell("");
  spec.argv = {"/usr/bin/python3", "-I", "-S", "/proc/self/fd/3"};
  spec.inputs = {{3, code}};
  return spec;
}

bool BoxTest::has_interpreter(const std::string& name) {
  const std::string ending = fs::path(name).extension();
  if (ending == ".c") return fs::exists(fs::path(COLLET_HOSTILE_BINARIES) / fs::path(name).stem());
  return fs::exists(ending == ".py" ? "/usr/bin/python3" : ending == ".rb" ? "/usr/bin/ruby" : ending == ".js" ? "/usr/bin/node" : "/bin/sh");
}

// Programs come on descriptor 3, behind what all of their language have in common;
// those in C were compiled with the tests.
BoxSpec BoxTest::program(const std::string& name, std::vector<std::string> arguments) {
  const fs::path folder(COLLET_HOSTILE_PROGRAMS);
  const std::string ending = fs::path(name).extension();
  const std::string code = read_file(folder / name);
  EXPECT_FALSE(code.empty()) << folder / name << " is missing";
  BoxSpec spec = python(read_file(folder / ("prelude" + ending)) + code);
  if (ending == ".rb") spec.argv = {"/usr/bin/ruby", "--disable=gems", "/proc/self/fd/3"};
  if (ending == ".js") spec.argv = {"/usr/bin/node", "-e", "eval(require('fs').readFileSync(3, 'utf8'))", "program.js"};
  if (ending == ".sh") spec.argv = {"/bin/sh", "/proc/self/fd/3"};
  if (ending == ".c") {
    spec.inputs.clear();
    spec.argv = {fs::path(COLLET_HOSTILE_BINARIES) / fs::path(name).stem()};
    spec.roots.emplace_back(COLLET_HOSTILE_BINARIES);
  }
  spec.argv.insert(spec.argv.end(), arguments.begin(), arguments.end());
  return spec;
}

BoxResult BoxTest::run(BoxSpec spec, base::CancelToken cancel, OutputFn output) {
  boost::asio::io_context io;
  BoxResult result;
  int calls = 0;
  sandbox_->run(io, std::move(spec), std::move(output), [&](BoxResult r) {
    result = std::move(r);
    ++calls;
  }, std::move(cancel));
  EXPECT_EQ(calls, 0) << "done was called before run() returned";
  io.run();
  EXPECT_EQ(calls, 1);
  return result;
}

void BoxTest::expect_contained(const BoxResult& result) {
  EXPECT_EQ(result.outcome, Outcome::exited) << describe(result);
  expect_nothing_bad(result);
  EXPECT_TRUE(result.stdout_text.ends_with("done\n")) << "it did not get to its end\n" << describe(result);
  note_attempts(result);
}

void BoxTest::expect_nothing_bad(const BoxResult& result) {
  std::istringstream lines(result.stdout_text);
  for (std::string line; std::getline(lines, line);) EXPECT_EQ(line.find("BAD"), std::string::npos) << line.substr(0, 400) << "\n" << result.stderr_text.substr(0, 1000);
}

void BoxTest::note_attempts(const BoxResult& result) {
  std::istringstream lines(result.stdout_text);
  int attempts = 0;
  for (std::string line; std::getline(lines, line);) attempts += line.starts_with("ok  ") ? 1 : 0;
  std::printf("attempts: %d\n", std::max(attempts, 1));
}

std::vector<BoxResult> BoxTest::run_all(std::vector<BoxSpec> specs) {
  boost::asio::io_context io;
  std::vector<BoxResult> results(specs.size());
  for (std::size_t i = 0; i < specs.size(); ++i) {
    sandbox_->run(io, std::move(specs[i]), nullptr, [&results, i](BoxResult r) { results[i] = std::move(r); }, {});
  }
  io.run();
  return results;
}

}  // namespace collet::sandbox
