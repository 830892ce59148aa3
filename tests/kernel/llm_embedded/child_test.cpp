#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <string>

#include <sys/eventfd.h>
#include <unistd.h>

#include "kernel/llm_embedded/fixture.hpp"
#include "llm/embedded_child.hpp"
#include "llm/embedded_scripts.hpp"

namespace collet::llm {
namespace {

constexpr int kLongMs = 20'000;
using Outcome = LineChild::Outcome;

void start_shell(LineChild& child, const std::string& script) {
  const auto started = child.start({"sh", "-c", script}, script_environment());
  ASSERT_TRUE(started.ok()) << started.error().message;
}

TEST(LineChild, GivesLinesThenTheEndAndTheLastWords) {
  LineChild child;
  start_shell(child, "echo one; printf 'two\\n'; echo no >&2; printf unfinished");
  std::string line;
  EXPECT_EQ(child.next_line(line, -1, kLongMs), Outcome::line);
  EXPECT_EQ(line, "one");
  EXPECT_EQ(child.next_line(line, -1, kLongMs), Outcome::line);
  EXPECT_EQ(line, "two");
  EXPECT_EQ(child.next_line(line, -1, kLongMs), Outcome::ended);
  EXPECT_EQ(child.last_words(), "no\n");
}

TEST(LineChild, NamesAProgramThatIsNotThere) {
  LineChild child;
  const auto started = child.start({"/no/such/program"}, {});
  ASSERT_FALSE(started.ok());
  EXPECT_EQ(started.error().code, Errc::unavailable);
  EXPECT_NE(started.error().message.find("/no/such/program"), std::string::npos) << started.error().message;
}

TEST(LineChild, StopsWaitingAtTheLimitAndWhenWoken) {
  LineChild child;
  start_shell(child, "cat");
  std::string line;
  EXPECT_EQ(child.next_line(line, -1, 20), Outcome::silent);
  const int wake = ::eventfd(1, EFD_CLOEXEC);
  EXPECT_EQ(child.next_line(line, wake, kLongMs), Outcome::woken);
  ::close(wake);
}

TEST(LineChild, ASilentFloodWithoutLinesIsDropped) {
  LineChild child;
  start_shell(child, "head -c 1000000 /dev/zero | tr '\\0' x; echo; echo after");
  std::string line;
  Outcome outcome = Outcome::line;
  while (outcome == Outcome::line && line != "after") {
    outcome = child.next_line(line, -1, kLongMs);
    EXPECT_LE(line.size(), 80u << 10);
  }
  EXPECT_EQ(line, "after");
}

TEST(LineChild, EndTakesTheWholeGroupEvenWhereSignalsAreIgnored) {
  LineChild child;
  start_shell(child, "trap '' TERM HUP INT; sh -c 'trap \"\" TERM HUP INT; echo $$; cat; sleep 1000' & wait");
  std::string line;
  ASSERT_EQ(child.next_line(line, -1, kLongMs), Outcome::line);
  const testing::Watched grandchild(std::stoi(line));
  child.end();
  EXPECT_TRUE(grandchild.ends_within(kLongMs)) << "pid " << line << " is still there";
}

TEST(LineChild, EndsItselfWithItsInput) {
  LineChild child;
  start_shell(child, "cat; echo end of input");
  const testing::Watched watched(child.pid());
  child.end();
  EXPECT_TRUE(watched.ends_within(kLongMs));
}

TEST(ModelScriptEnvironment, HoldsNoKeys) {
  ::setenv("COLLET_API_KEY", "not-for-children", 1);
  ::setenv("UPSTREAM_KEY", "not-for-children", 1);
  LineChild child;
  start_shell(child, "env; echo .");
  std::string line;
  bool path = false;
  while (child.next_line(line, -1, kLongMs) == Outcome::line) {
    EXPECT_EQ(line.find("not-for-children"), std::string::npos) << line;
    path = path || line.starts_with("PATH=");
  }
  EXPECT_TRUE(path);
}

TEST(ModelScripts, AreFoundFromTheBuildTree) {
  const auto scripts = find_model_scripts();
  ASSERT_TRUE(scripts.ok()) << scripts.error().message;
  EXPECT_EQ(::access((scripts->folder + "/models.json").c_str(), R_OK), 0) << scripts->folder;
}

}  // namespace
}  // namespace collet::llm
