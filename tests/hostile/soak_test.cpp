// Class 36: many runs, many at a time, some of them killed. COLLET_SOAK_RUNS sets
// their number; scripts/bench makes it ten thousand.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include <unistd.h>

#include "hostile/box_test.hpp"

namespace collet::sandbox {
namespace {

class SoakTest : public BoxTest {
 protected:
  static std::uint64_t launcher_kilobytes() {
    std::ifstream status("/proc/" + std::to_string(launcher_pid()) + "/status");
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with("VmRSS:")) return std::strtoull(line.c_str() + 6, nullptr, 10);
    }
    return 0;
  }
  static std::size_t launcher_descriptors() {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/" + std::to_string(launcher_pid()) + "/fd")) ++count;
    return count;
  }
};

TEST_F(SoakTest, NothingAccumulates) {
  const char* wanted = std::getenv("COLLET_SOAK_RUNS");
  const int runs = wanted != nullptr ? std::atoi(wanted) : 300;
  std::mt19937 random(7);
  const auto batch = [&](int count) {
    boost::asio::io_context io;
    std::vector<base::CancelSource> sources(static_cast<std::size_t>(count));
    std::vector<bool> finished(static_cast<std::size_t>(count));
    int done = 0;
    for (int i = 0; i < count; ++i) {
      const int kind = static_cast<int>(random() % 6);
      BoxSpec spec = shell(kind == 0 ? "sleep 30" : kind == 1 ? "(sleep 30 &); exit 1" : kind == 2 ? "yes | head -c 100000" : "echo $$");
      if (kind == 0) spec.timeout_ms = 60'000;
      auto& source = sources[static_cast<std::size_t>(i)];
      sandbox_->run(io, std::move(spec), nullptr, [&, i](BoxResult r) {
        ++done;
        finished[static_cast<std::size_t>(i)] = true;
        EXPECT_NE(r.outcome, Outcome::failed) << describe(r);
        EXPECT_NE(r.outcome, Outcome::unavailable) << describe(r);
        // Each result ends one of those that may be asleep.
        for (std::size_t j = 0; j < sources.size(); ++j) {
          if (!finished[j] && !sources[j].cancelled()) return sources[j].cancel(Error{Errc::cancelled, "soak"});
        }
      }, source.token());
    }
    io.run();
    EXPECT_EQ(done, count);
  };
  batch(32);
  const auto kilobytes = launcher_kilobytes();
  const auto descriptors = launcher_descriptors();
  for (int left = runs; left > 0; left -= 32) batch(32);
  EXPECT_LE(launcher_kilobytes(), kilobytes + 512);
  EXPECT_LE(launcher_descriptors(), descriptors + 8) << "a net namespace per slot may have been made since";
}

}  // namespace
}  // namespace collet::sandbox
