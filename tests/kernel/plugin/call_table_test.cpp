#include "plugin/call_table.hpp"

#include <set>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "plugin/call_state.hpp"

namespace collet::plugin {
namespace {

class CallTableTest : public ::testing::Test {
 protected:
  std::shared_ptr<CallState> make() {
    ToolInfo info;
    info.name = "t";
    auto schema = Schema::compile(json::object({}));
    return std::make_shared<CallState>(io_, std::make_shared<Tool>(Tool{info, *schema, nullptr}), CallFacts{}, "{}", CallEvents{});
  }
  boost::asio::io_context io_;
  CallTable table_;
};

TEST_F(CallTableTest, AUsedUpIdNeverFindsTheNextCall) {
  const auto first = make(), second = make();
  const auto first_id = table_.add(first);
  ASSERT_NE(first_id, 0u);
  EXPECT_EQ(table_.find(first_id), first);
  table_.remove(first_id);
  EXPECT_EQ(table_.find(first_id), nullptr);
  const auto second_id = table_.add(second);
  EXPECT_NE(second_id, first_id);
  EXPECT_EQ(table_.find(first_id), nullptr);
  table_.remove(first_id);  // late: must not hit the second
  EXPECT_EQ(table_.find(second_id), second);
  table_.remove(second_id);
}

TEST_F(CallTableTest, MadeUpIdsFindNothing) {
  for (const std::uint64_t id : {0ull, 1ull, 1ull << 19, 1ull << 20, ~0ull}) EXPECT_EQ(table_.find(id), nullptr) << id;
}

TEST_F(CallTableTest, ManyThreadsNeverShareAnId) {
  constexpr int kThreads = 4, kRounds = 2000;
  const auto call = make();
  std::vector<std::set<std::uint64_t>> ids(kThreads);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kRounds; ++i) {
        const auto id = table_.add(call);
        if (table_.find(id) == call) ids[t].insert(id);
        table_.remove(id);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  std::set<std::uint64_t> all;
  for (const auto& own : ids) all.insert(own.begin(), own.end());
  EXPECT_EQ(all.size(), static_cast<std::size_t>(kThreads * kRounds));
}

}  // namespace
}  // namespace collet::plugin
