// Class 36: many runs, many at a time, some of them killed, warm boxes among them.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <sstream>

#include <unistd.h>

#include "hostile/copied.hpp"
#include "sandbox/slots.hpp"

namespace collet::sandbox {
namespace {

class SoakTest : public CopiedTest {
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

struct SoakPlan {
  int runs;
  int at_once;
};

// COLLET_SOAK_RUNS=10000 is the long form, with 200 at once; the default fits into CI.
SoakPlan soak_plan() {
  const char* wanted = std::getenv("COLLET_SOAK_RUNS");
  const int runs = wanted != nullptr ? std::atoi(wanted) : 300;
  return {runs, runs >= 2000 ? 200 : 32};
}

constexpr std::uint32_t kKinds = 10;
constexpr int kSessions = 4;
constexpr std::size_t kDescriptorsOfASlot = 11;  // its groups, its network, its page, a box
constexpr std::size_t kDescriptors = 40;         // of the launcher itself
constexpr int kFirstBatches = 4;  // by then every slot has been used

/// What the runs are made of.
struct SoakParts {
  BoxSpec shell;
  BoxSpec copied;
  std::vector<std::shared_ptr<WorkFolder>> work;
};

// Of each kind some: that sleep until they are killed, leave a daemon, talk, are quick,
// wait for their code, die by themselves, are copies, and write to a file that others
// have written.
BoxSpec soak_spec(const SoakParts& parts, std::uint32_t kind, std::size_t number) {
  if (kind == 8) return parts.copied;
  constexpr const char* kScripts[] = {"sleep 30", "(sleep 30 &); exit 1", "yes | head -c 100000", "echo $$", "kill -9 $$", "echo x > /out/x; echo $$"};
  BoxSpec spec = parts.shell;
  spec.size.memory_bytes = 16 << 20;
  if (kind == 9) {
    spec.work = parts.work[number % parts.work.size()];
    spec.argv.back() = "echo x >> count; wc -l < count";
  } else if (kind < std::size(kScripts)) {
    spec.argv.back() = kScripts[kind];
    spec.has_out_folder = kind == 5;
  } else {
    spec.argv.back() = "code=$(cat <&3); eval \"$code\"";
    spec.inputs = {{3, kind == 6 ? "echo warm" : "sleep 30", true}};
  }
  spec.timeout_ms = 60'000;
  return spec;
}

class SoakBatch {
 public:
  SoakBatch(Sandbox& sandbox, std::mt19937& random, int count) : sandbox_(sandbox), random_(random), sources_(static_cast<std::size_t>(count)), finished_(sources_.size()) {}

  void run(const SoakParts& parts) {
    for (std::size_t i = 0; i < sources_.size(); ++i) {
      sandbox_.run(io_, soak_spec(parts, kinds_[i] = random_() % kKinds, i), nullptr, [this, i](BoxResult r) { on_result(i, r); }, sources_[i].token());
    }
    io_.run();
    EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(finished_, true)), sources_.size());
  }
  int warm() const { return warm_; }
  int copies() const { return copies_; }

 private:
  // Each result ends one of those that may be asleep, whichever it is.
  void on_result(std::size_t i, const BoxResult& r) {
    EXPECT_FALSE(finished_[i]);
    finished_[i] = true;
    warm_ += r.was_warm ? 1 : 0;
    copies_ += r.was_copy ? 1 : 0;
    EXPECT_NE(r.outcome, Outcome::failed) << describe(r) << i << " of kind " << kinds_[i];
    EXPECT_NE(r.outcome, Outcome::unavailable) << describe(r) << i << " of kind " << kinds_[i];
    const std::size_t first = random_() % sources_.size();
    for (std::size_t step = 0; step < sources_.size(); ++step) {
      const std::size_t j = (first + step) % sources_.size();
      if (!finished_[j] && !sources_[j].cancelled()) return sources_[j].cancel(Error{Errc::cancelled, "soak"});
    }
  }

  Sandbox& sandbox_;
  std::mt19937& random_;
  boost::asio::io_context io_;
  std::vector<base::CancelSource> sources_;
  std::vector<bool> finished_;
  std::map<std::size_t, std::uint32_t> kinds_;
  int warm_ = 0;
  int copies_ = 0;
};

TEST_F(SoakTest, NothingAccumulates) {
  const SoakPlan plan = soak_plan();
  settings_.boxes_max = std::max(settings_.boxes_max, plan.at_once / 4);
  settings_.sessions_max = kSessions;
  start(settings_);
  std::mt19937 random(7);
  int warm = 0, copies = 0;
  SoakParts parts{shell(""), copied("print(1)"), {}};
  for (int i = 0; i < kSessions; ++i) parts.work.push_back(*sandbox_->make_work_folder());
  const auto batch = [&](int count) {
    SoakBatch one(*sandbox_, random, count);
    one.run(parts);
    warm += one.warm();
    copies += one.copies();
  };
  for (int i = 0; i < kFirstBatches; ++i) batch(plan.at_once);
  const auto kilobytes = launcher_kilobytes();
  const auto descriptors = launcher_descriptors();
  for (int left = plan.runs; left > 0; left -= plan.at_once) batch(plan.at_once);
  parts = {};
  sandbox_->drop_warm_boxes();
  std::printf("soak: %d runs, %d at once, %d warm, %d copies; launcher %lu -> %lu KiB, %zu -> %zu descriptors\n", plan.runs, plan.at_once, warm, copies,
              static_cast<unsigned long>(kilobytes), static_cast<unsigned long>(launcher_kilobytes()), descriptors, launcher_descriptors());
  EXPECT_GT(warm, 0);
  EXPECT_EQ(copies > 0, has_zygotes());
  EXPECT_LE(launcher_kilobytes(), kilobytes + 512);
  EXPECT_LE(launcher_descriptors(), kDescriptors + kDescriptorsOfASlot * slot_count(settings_)) << "it had " << descriptors << " before";
  before_ = host_state();  // the sandbox was started anew
  before_.processes = {std::to_string(launcher_pid()) + " collet-launcher"};
}

}  // namespace
}  // namespace collet::sandbox
