// What one run could leave for the next. Class 28.
#include <sstream>

#include "hostile/box_test.hpp"

namespace collet::sandbox {
namespace {

class ResidueTest : public BoxTest {};

TEST_F(ResidueTest, TheNextBoxOfASlotFindsNothing) {
  for (int round = 0; round < 3; ++round) {
    const std::string mark = "mark-" + std::to_string(round);
    expect_contained(run(program("scoped.py", {mark})));
    expect_contained(run(program("residue.py", {mark})));
  }
}

TEST_F(ResidueTest, BoxesOfOneTimeShareNoPort) {
  // The same port, bound in several boxes at once.
  const std::string code = "import socket, time\ns = socket.socket()\ns.bind(('127.0.0.1', 8000))\ns.listen()\ntime.sleep(0.3)\n"
                           "socket.create_connection(('127.0.0.1', 8000))\nprint('ok')\n";
  for (const auto& result : run_all({python(code), python(code), python(code)})) EXPECT_EQ(result.stdout_text, "ok\n") << describe(result);
}

TEST_F(ResidueTest, RandomnessAndLayoutDiffer) {
  const std::string code = "import os, random, sys\nprint(os.urandom(8).hex(), random.random(), hash('a'), id(object()))\n";
  std::set<std::string> seen[4];
  for (int i = 0; i < 4; ++i) {
    std::istringstream fields(run(python(code)).stdout_text);
    for (auto& set : seen) {
      std::string field;
      fields >> field;
      set.insert(field);
    }
  }
  for (int i = 0; i < 4; ++i) EXPECT_EQ(seen[i].size(), 4u) << "field " << i << " repeats";
}

TEST_F(ResidueTest, SizesDoNotCarryOver) {
  BoxSpec small = shell("df -B1 /tmp | tail -1 | awk '{print $2}'; ulimit -p");
  small.size.disk_bytes = 8 << 20;
  small.size.pids_max = 20;
  BoxSpec large = small;
  large.size.disk_bytes = 16 << 20;
  large.size.pids_max = 40;
  EXPECT_EQ(run(small).stdout_text, "8388608\n20\n");
  EXPECT_EQ(run(large).stdout_text, "16777216\n40\n");
  EXPECT_EQ(run(small).stdout_text, "8388608\n20\n");
}

}  // namespace
}  // namespace collet::sandbox
