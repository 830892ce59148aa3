#include "agent/inbox.hpp"

#include <string>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>

namespace collet::agent {
namespace {

namespace asio = boost::asio;

asio::awaitable<void> take_three(Inbox<int>& inbox, std::string& log) {
  for (int i = 0; i < 3; ++i) log += std::to_string(co_await inbox.pop()) + " ";
}

TEST(Inbox, KeepsTheOrderAndWakesTheReader) {
  asio::io_context io;
  Inbox<int> inbox(io);
  std::string log;
  inbox.push(1);
  asio::co_spawn(io, take_three(inbox, log), asio::detached);
  asio::post(io, [&] {
    inbox.push(2);
    inbox.push(3);
    log += "pushed ";  // the reader must not have run inside push()
  });
  io.run();
  EXPECT_EQ(log, "1 pushed 2 3 ");
}

}  // namespace
}  // namespace collet::agent
