#include "plugin/progress_feed.hpp"

#include <gtest/gtest.h>

namespace collet::plugin {
namespace {

using namespace std::chrono_literals;
constexpr ProgressFeed::Clock::time_point kStart{1h};

CallProgress out(std::string text) { return {COLLET_PROGRESS_STDOUT, 0, 0, std::move(text)}; }
CallProgress err(std::string text) { return {COLLET_PROGRESS_STDERR, 0, 0, std::move(text)}; }
CallProgress step(std::string text) { return {COLLET_PROGRESS_STEP, 0, 0, std::move(text)}; }

std::string shown(const std::vector<CallProgress>& events) {
  std::string text;
  for (const auto& event : events) text += std::to_string(event.kind) + ":" + event.text + " ";
  return text;
}

TEST(ProgressFeed, FirstGoesOutAtOnceTheNextWaitsForItsTurn) {
  ProgressFeed feed;
  EXPECT_EQ(feed.put(out("a"), kStart), 0ms);
  EXPECT_EQ(shown(feed.take(kStart)), "2:a ");
  EXPECT_EQ(feed.put(out("b"), kStart + 10ms), 40ms);
  EXPECT_EQ(feed.put(out("c"), kStart + 20ms), std::nullopt) << "somebody was told already";
  EXPECT_EQ(shown(feed.take(kStart + 50ms)), "2:bc ");
}

TEST(ProgressFeed, KeepsTheOrderOfStreamsAndTheLastOfSteps) {
  ProgressFeed feed;
  feed.put(out("a"), kStart);
  feed.put(err("b"), kStart);
  feed.put(out("c"), kStart);
  feed.put(step("1"), kStart);
  feed.put(step("2"), kStart);
  EXPECT_EQ(shown(feed.take(kStart)), "2:a 3:b 2:c 1:2 ");
}

TEST(ProgressFeed, DropsWhatExceedsItsBuffer) {
  ProgressFeed feed;
  const std::string half(ProgressFeed::kWaitingBytesMax / 2, 'x');
  for (int i = 0; i < 5; ++i) feed.put(out(half), kStart);
  const auto events = feed.take(kStart);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].text.size(), ProgressFeed::kWaitingBytesMax);
  for (std::size_t i = 0; i < 2 * ProgressFeed::kWaitingMax; ++i) feed.put(i % 2 == 0 ? out("") : err(""), kStart);
  EXPECT_EQ(feed.take(kStart).size(), ProgressFeed::kWaitingMax);
}

}  // namespace
}  // namespace collet::plugin
