// Layouts of other hosts, from their own /proc texts.
#include "sandbox/launcher/cgroup.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

namespace collet::launcher {
namespace {

namespace fs = std::filesystem;
using Kind = Hierarchy::Kind;

TEST(CgroupLayout, FindsEachControllerOfAV1Host) {
  const auto layout = parse_layout(
      "5:memory:/user/a\n4:cpu,cpuacct:/\n3:pids:/user/b\n0::/\n",
      "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
      "36 31 0:33 / /sys/fs/cgroup/cpu,cpuacct rw shared:9 - cgroup cgroup rw,cpu,cpuacct\n"
      "37 31 0:34 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n"
      "38 31 0:35 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n");
  EXPECT_EQ(layout.of(Controller::memory).kind, Kind::v1);
  EXPECT_EQ(layout.of(Controller::memory).folder, "/sys/fs/cgroup/memory/user/a");
  EXPECT_EQ(layout.of(Controller::pids).folder, "/sys/fs/cgroup/pids/user/b");
  EXPECT_EQ(layout.of(Controller::cpu).folder, "/sys/fs/cgroup/cpu,cpuacct");
  EXPECT_FALSE(layout.uses_v2());
}

TEST(CgroupLayout, FindsTheOwnGroupInsideAContainer) {
  // The container's group is what the mount shows as its root.
  const auto layout = parse_layout("5:memory:/docker/abc/inner\n4:pids:/docker/abc\n",
                                   "35 31 0:32 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n"
                                   "37 31 0:34 /docker/abc /sys/fs/cgroup/pids ro - cgroup cgroup rw,pids\n");
  EXPECT_EQ(layout.of(Controller::memory).folder, "/sys/fs/cgroup/memory/inner");
  EXPECT_EQ(layout.of(Controller::pids).folder, "/sys/fs/cgroup/pids");
}

TEST(CgroupLayout, AGroupOutsideTheNamespaceIsTheMountItself) {
  const auto layout = parse_layout("5:memory:/../other\n", "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n");
  EXPECT_EQ(layout.of(Controller::memory).folder, "/sys/fs/cgroup/memory");
}

TEST(CgroupLayout, FindsTheControllersThatV2Offers) {
  const fs::path root = fs::temp_directory_path() / ("collet-layout-" + std::to_string(::getpid()));
  fs::create_directories(root / "system.slice/collet.service");
  std::ofstream(root / "system.slice/collet.service/cgroup.controllers") << "cpu memory pids\n";
  const auto layout = parse_layout("0::/system.slice/collet.service\n",
                                   "35 31 0:32 / " + root.string() + " rw - cgroup2 cgroup2 rw\n");
  EXPECT_TRUE(layout.uses_v2());
  for (const auto controller : {Controller::memory, Controller::pids, Controller::cpu}) {
    EXPECT_EQ(layout.of(controller).kind, Kind::v2);
    EXPECT_EQ(layout.of(controller).folder, root.string() + "/system.slice/collet.service");
  }
  fs::remove_all(root);
}

TEST(CgroupLayout, MixesVersionsWhereTheHostDoes) {
  const fs::path root = fs::temp_directory_path() / ("collet-mixed-" + std::to_string(::getpid()));
  fs::create_directories(root);
  std::ofstream(root / "cgroup.controllers") << "pids\n";
  const auto layout = parse_layout("5:memory:/\n0::/\n",
                                   "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
                                   "38 31 0:35 / " + root.string() + " rw - cgroup2 cgroup2 rw\n");
  EXPECT_EQ(layout.of(Controller::memory).kind, Kind::v1);
  EXPECT_EQ(layout.of(Controller::pids).kind, Kind::v2);
  EXPECT_EQ(layout.of(Controller::cpu).kind, Kind::none);
  fs::remove_all(root);
}

TEST(CgroupLayout, SurvivesNonsense) {
  for (const char* text : {"", "\n", ":::", "5", "5:memory", "0::", "5:memory:\n\n::/x\n", " - cgroup\n", "a b c d e f - cgroup2\n"}) {
    const auto layout = parse_layout(text, text);
    EXPECT_EQ(layout.of(Controller::memory).kind, Kind::none) << text;
  }
}

TEST(CgroupLayout, SaysWhichFolderCannotBeUsed) {
  const auto layout = open_layout("/nowhere-at-all", 1);
  ASSERT_FALSE(layout);
  EXPECT_NE(layout.error().message.find("/nowhere-at-all/memory"), std::string::npos) << layout.error().message;
}

}  // namespace
}  // namespace collet::launcher
