// cgroups v2 as a made-up tree: folders get the kernel's files when they are made
// and lose them when they are taken away. What a kernel would refuse is a folder
// where the file should be.
#include "sandbox/launcher/cgroup.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

namespace fs = std::filesystem;

namespace {

std::string fake_root;  // NOLINT: what the two functions below go by

constexpr const char* kFiles[] = {"cgroup.procs", "cgroup.kill", "cpu.weight", "cpu.max", "cpu.stat", "memory.max", "memory.swap.max",
                                  "memory.oom.group", "memory.events", "memory.peak", "pids.max"};

void fill(const fs::path& folder) {
  for (const char* file : kFiles) std::ofstream(folder / file).flush();
  for (const char* file : {"cgroup.controllers", "cgroup.subtree_control"}) std::ofstream(folder / file) << "cpu memory pids\n";
}

}  // namespace

extern "C" {
int __real_mkdir(const char* path, mode_t mode);
int __real_rmdir(const char* path);

int __wrap_mkdir(const char* path, mode_t mode) {
  const int result = __real_mkdir(path, mode);
  if (result == 0 && !fake_root.empty() && std::string_view(path).starts_with(fake_root)) fill(path);
  return result;
}

int __wrap_rmdir(const char* path) {
  std::error_code error;
  if (!fake_root.empty() && std::string_view(path).starts_with(fake_root) && fs::is_directory(path, error)) {
    for (const auto& entry : fs::directory_iterator(path)) {
      if (entry.is_directory()) return errno = EBUSY, -1;
    }
    for (const auto& entry : fs::directory_iterator(path)) fs::remove(entry.path());
  }
  return __real_rmdir(path);
}
}

namespace collet::launcher {
namespace {

constexpr std::uint32_t kOwner = 1;  // a process that lives

class CgroupV2 : public testing::Test {
 protected:
  CgroupV2() {
    top_ = fs::temp_directory_path() / ("collet-v2-" + std::to_string(::getpid()));
    fs::remove_all(top_);
    fake_root = top_;
    service_ = top_ / "system.slice/collet.service";
    fs::create_directories(service_);
    for (const auto& folder : {top_, top_ / "system.slice", service_}) fill(folder);
  }
  ~CgroupV2() override {
    fake_root.clear();
    fs::remove_all(top_);
  }
  static std::string read(const fs::path& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }
  // As where the group has a process of its own, or a stranger's.
  static void refuse_to_hand_down(const fs::path& folder) {
    fs::remove(folder / "cgroup.subtree_control");
    fs::create_directory(folder / "cgroup.subtree_control");
  }
  static CgroupLayout layout_in(const fs::path& folder) {
    CgroupLayout layout;
    for (const auto controller : {Controller::memory, Controller::pids, Controller::cpu}) {
      layout.controllers[static_cast<std::size_t>(controller)] = {Hierarchy::Kind::v2, folder};
    }
    return layout;
  }

  fs::path top_;
  fs::path service_;
};

TEST_F(CgroupV2, TheServersGroupServesWhereItHandsDown) {
  auto layout = layout_in(service_);
  ASSERT_TRUE(settle_v2(layout, top_, kOwner));
  for (const auto controller : {Controller::memory, Controller::pids, Controller::cpu}) EXPECT_EQ(layout.of(controller).folder, service_);
}

TEST_F(CgroupV2, ASecondLauncherFindsTheGroupThatTheFirstHasLeft) {
  // The first one had server and launcher step aside; the second starts where they are.
  const fs::path leaf = service_ / ("collet-" + std::to_string(kOwner) + "-server");
  fs::create_directory(leaf);
  fill(leaf);
  auto layout = layout_in(leaf);
  ASSERT_TRUE(settle_v2(layout, top_, kOwner));
  EXPECT_EQ(layout.of(Controller::memory).folder, service_);
  EXPECT_TRUE(fs::is_directory(leaf));
  for (const auto& entry : fs::directory_iterator(leaf)) EXPECT_FALSE(entry.is_directory()) << entry.path() << " is one level too deep";
}

TEST_F(CgroupV2, AGroupOfStrangersLeavesTheOneAbove) {
  refuse_to_hand_down(service_);
  auto layout = layout_in(service_);
  ASSERT_TRUE(settle_v2(layout, top_, kOwner));
  EXPECT_EQ(layout.of(Controller::memory).folder, top_ / "system.slice");
  EXPECT_FALSE(fs::exists(service_ / "collet-1-server")) << "it stepped back";
}

TEST_F(CgroupV2, SaysSoWhereNobodyHandsDown) {
  for (const auto& folder : {top_, top_ / "system.slice", service_}) refuse_to_hand_down(folder);
  auto layout = layout_in(service_);
  const auto settled = settle_v2(layout, top_, kOwner);
  ASSERT_FALSE(settled);
  EXPECT_THAT(settled.error().message, testing::HasSubstr(service_.string() + "/cgroup.subtree_control"));
}

TEST_F(CgroupV2, TheProcessorMayBeMissing) {
  // A file keeps what is asked of it, here "+cpu" at its start, and gives nothing.
  std::ofstream(service_ / "cgroup.subtree_control") << "     memory pids\n";
  auto layout = layout_in(service_);
  ASSERT_TRUE(settle_v2(layout, top_, kOwner));
  EXPECT_EQ(layout.of(Controller::memory).kind, Hierarchy::Kind::v2);
  EXPECT_EQ(layout.of(Controller::cpu).kind, Hierarchy::Kind::none);
}

TEST_F(CgroupV2, BoxesShareOneGroupAndTheDeadAreSwept) {
  const pid_t dead = ::fork();
  if (dead == 0) ::_exit(0);
  ::waitpid(dead, nullptr, 0);
  const std::string ghost = "collet-" + std::to_string(dead), own = "collet-" + std::to_string(kOwner);
  for (const auto& group : {ghost + "-boxes", ghost + "-boxes/" + ghost + "-0", ghost + "-server", own + "-boxes",
                            own + "-boxes/" + own + "-3", own + "-5", own + "-server"}) {
    fs::create_directory(service_ / group);
    fill(service_ / group);
  }
  auto layout = layout_in(service_);
  ASSERT_TRUE(make_boxes_groups(layout, kOwner));
  const fs::path boxes = service_ / (own + "-boxes");
  for (const auto controller : {Controller::memory, Controller::pids, Controller::cpu}) EXPECT_EQ(layout.of(controller).folder, boxes);
  EXPECT_EQ(read(boxes / "cpu.weight"), "50");
  for (const auto& gone : {ghost + "-boxes", ghost + "-server", own + "-boxes/" + own + "-3", own + "-5"}) {
    EXPECT_FALSE(fs::exists(service_ / gone)) << gone;
  }
  EXPECT_TRUE(fs::exists(service_ / (own + "-server"))) << "the server lives in it";
  close_layout(layout);
  EXPECT_FALSE(fs::exists(boxes));
}

class SlotV2 : public CgroupV2 {
 protected:
  SlotV2() : layout_(layout_in(service_)) {
    limits_.memory_bytes = 64 << 20;
    limits_.pids_max = 32;
    limits_.cpu_weight = 200;
    limits_.cpu_milli = 500;
  }
  CgroupLayout layout_;
  wire::Limits limits_;
  fs::path group() const { return service_ / "collet-1-0"; }
};

TEST_F(SlotV2, WritesTheLimits) {
  SlotCgroup slot;
  ASSERT_TRUE(slot.prepare(layout_, "collet-1-0", limits_));
  EXPECT_EQ(read(group() / "memory.max"), "67108864");
  EXPECT_EQ(read(group() / "memory.swap.max"), "0");
  EXPECT_EQ(read(group() / "memory.oom.group"), "1");
  EXPECT_EQ(read(group() / "pids.max"), "32");
  EXPECT_EQ(read(group() / "cpu.weight"), "200");
  EXPECT_EQ(read(group() / "cpu.max"), "50000 100000");
  EXPECT_GE(slot.v2_fd(), 0);
  EXPECT_FALSE(slot.oom_needs_help());
  for (const int fd : slot.task_fds()) EXPECT_EQ(fd, -1);
  slot.remove();
  EXPECT_FALSE(fs::exists(group()));
}

TEST_F(SlotV2, LiftsTheLimitsOfTheDyingAndSetsThemAgain) {
  SlotCgroup slot;
  ASSERT_TRUE(slot.prepare(layout_, "collet-1-0", limits_));
  for (const char* file : {"cpu.max", "cpu.weight"}) fs::resize_file(group() / file, 0);
  slot.lift_cpu_limit();
  EXPECT_TRUE(slot.kill_all());
  EXPECT_EQ(read(group() / "cpu.max"), "max");
  EXPECT_EQ(read(group() / "cpu.weight"), "10000");
  EXPECT_EQ(read(group() / "cgroup.kill"), "1");
  for (const char* file : {"cpu.max", "cpu.weight"}) fs::resize_file(group() / file, 0);
  ASSERT_TRUE(slot.prepare(layout_, "collet-1-0", limits_));
  EXPECT_EQ(read(group() / "cpu.max"), "50000 100000");
  EXPECT_EQ(read(group() / "cpu.weight"), "200");
  fs::remove(group() / "cgroup.kill");
  EXPECT_FALSE(slot.kill_all()) << "Linux before 5.14";
  slot.remove();
}

TEST_F(SlotV2, CountsFromTheStartOfTheBox) {
  SlotCgroup slot;
  ASSERT_TRUE(slot.prepare(layout_, "collet-1-0", limits_));
  std::ofstream(group() / "cpu.stat") << "usage_usec 5000\nuser_usec 4000\n";
  std::ofstream(group() / "memory.events") << "low 0\noom 1\noom_kill 1\n";
  std::ofstream(group() / "memory.peak") << "1000000\n";
  EXPECT_EQ(slot.cpu_us(), 5000u);
  EXPECT_EQ(slot.memory_peak_bytes(), 1'000'000u);
  EXPECT_TRUE(slot.oom_happened());
  ASSERT_TRUE(slot.prepare(layout_, "collet-1-0", limits_));
  EXPECT_EQ(slot.cpu_us(), 0u);
  EXPECT_FALSE(slot.oom_happened());
  std::ofstream(group() / "cpu.stat") << "usage_usec 5300\n";
  EXPECT_EQ(slot.cpu_us(), 300u);
  slot.remove();
}

}  // namespace
}  // namespace collet::launcher
