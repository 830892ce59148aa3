#include "llm/repetition.hpp"

#include <gtest/gtest.h>

#include <string>

#include "support/run_task.hpp"

namespace collet::llm {
namespace {

std::string repeated(const std::string& piece, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += piece;
  return out;
}

TEST(Repetition, OnePieceOverAndOverIsALoop) {
  EXPECT_TRUE(ends_in_a_loop(R"({"code": "re.search(r')" + repeated(R"(\b)", 240)));
  EXPECT_TRUE(ends_in_a_loop(repeated("and then the next one, ", 22)));
  EXPECT_TRUE(ends_in_a_loop(repeated(" ", 480)));
}

TEST(Repetition, SentencesThatComeRoundAgainAreALoop) {
  const std::string wish = "May you always have a beautiful smile and a warm heart. May you always be surrounded by "
                           "friends and family who love you and support you. ";
  EXPECT_TRUE(ends_in_a_loop("Dear Aunt, " + repeated(wish, 4)));
  EXPECT_FALSE(ends_in_a_loop("Dear Aunt, " + repeated(wish, 3))) << "a refrain";
}

TEST(Repetition, OrdinaryTextIsNone) {
  std::string counting;
  for (int i = 0; i < 400; ++i) counting += "item " + std::to_string(i) + "\n";
  EXPECT_FALSE(ends_in_a_loop(counting));
  EXPECT_FALSE(ends_in_a_loop(""));
  EXPECT_FALSE(ends_in_a_loop(repeated("ab", 200))) << "too short to be sure";
  EXPECT_FALSE(ends_in_a_loop(repeated("ab", 400) + "c")) << "it went on";
}

TEST(Repetition, TheGuardEndsTheTurnAndKeepsTheText) {
  LoopGuard guard;
  const Value piece = json::object({{"content", repeated("x", 100)}});
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(testing::run_task(guard.on_delta(piece)));
  EXPECT_FALSE(guard.tripped());
  EXPECT_FALSE(testing::run_task(guard.on_delta(piece)));
  EXPECT_TRUE(guard.tripped());
  EXPECT_EQ(guard.text().size(), 500u);
}

}  // namespace
}  // namespace collet::llm
