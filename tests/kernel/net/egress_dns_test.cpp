// A name server that lies, and changes its mind between the question of a check and the one
// of a connection: there is only one question.
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lying_dns.hpp"
#include "net/egress.hpp"
#include "raw_server.hpp"

namespace collet::net {
namespace {

using test::LyingDns;
using test::RawServer;
using testing::HasSubstr;
using Addresses = std::vector<std::string>;

RawServer::Script say(const std::string& body) {
  return [body](RawServer::Peer& peer, int) {
    if (peer.request().empty()) return;
    peer.say("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  };
}

class EgressDnsTest : public testing::Test {
 protected:
  void SetUp() override {
    static const std::string why = test::enter_own_network();
    if (!why.empty()) GTEST_SKIP() << "no network of our own: " << why;
    outside_.emplace(say("outside"), "203.0.113.5");
    inside_.emplace(say("inside"), "127.0.0.1");
    ASSERT_TRUE(outside_->listens() && inside_->listens());
    settings_.ports = {std::to_string(outside_->port()), std::to_string(inside_->port())};
  }
  /// At both ports, of which one has a listener on the outside and one on the inside.
  std::vector<std::string> fetch_both(const std::string& host, std::int64_t timeout_ms = 5'000) {
    std::vector<std::string> out;
    for (const auto& port : settings_.ports) out.push_back(fetch("http://" + host + ":" + port + "/", timeout_ms));
    return out;
  }
  std::string fetch(const std::string& url, std::int64_t timeout_ms = 5'000) {
    if (!egress_) egress_ = make_egress(settings_);
    base::EgressRequest request;
    request.http.url = url;
    request.http.timeouts.total_ms = timeout_ms;
    std::optional<base::EgressAnswer> answer;
    boost::asio::co_spawn(io_, run(std::move(request), answer), boost::asio::detached);
    io_.restart();
    while (!answer) io_.run_one();
    return answer->status ? answer->body : std::string(name(answer->status.error().code)) + ": " + answer->status.error().message;
  }

  std::optional<RawServer> outside_, inside_;
  config::EgressSettings settings_;
  boost::asio::io_context io_;
  std::unique_ptr<base::Egress> egress_;

 private:
  boost::asio::awaitable<void> run(base::EgressRequest request, std::optional<base::EgressAnswer>& out) {
    base::EgressEvents events;
    base::CancelToken never;
    out = co_await egress_->fetch(io_, std::move(request), std::move(events), std::move(never));
  }
};

TEST_F(EgressDnsTest, ANameMayLeadOutside) {
  const LyingDns dns([](const std::string&, bool is_v6, int) { return is_v6 ? Addresses{} : Addresses{"203.0.113.5"}; });
  EXPECT_EQ(fetch("http://good.example:" + settings_.ports[0] + "/"), "outside");
  EXPECT_GT(dns.questions(), 0);
}

TEST_F(EgressDnsTest, NoNameLeadsInside) {
  const LyingDns dns([](const std::string& name, bool is_v6, int) -> Addresses {
    if (name == "loop.example") return is_v6 ? Addresses{} : Addresses{"127.0.0.1"};
    if (name == "any.example") return is_v6 ? Addresses{} : Addresses{"0.0.0.0"};
    if (name == "mapped.example") return is_v6 ? Addresses{"::ffff:127.0.0.1"} : Addresses{};
    if (name == "six.example") return is_v6 ? Addresses{"::1"} : Addresses{};
    if (name == "nat.example") return is_v6 ? Addresses{"64:ff9b::7f00:1"} : Addresses{};
    if (name == "cloud.example") return is_v6 ? Addresses{"fd00:ec2::254"} : Addresses{"169.254.169.254"};
    return {};
  });
  for (const char* host : {"loop.example", "any.example", "mapped.example", "six.example", "nat.example", "cloud.example"}) {
    for (const auto& got : fetch_both(host)) EXPECT_THAT(got, testing::AnyOf(HasSubstr("is not a public address"), testing::StartsWith("unavailable"))) << host;
  }
  EXPECT_EQ(inside_->connections(), 0);
}

TEST_F(EgressDnsTest, OfSeveralAddressesOnlyThePublicOnesAreTried) {
  const LyingDns dns([](const std::string&, bool is_v6, int question) -> Addresses {
    if (is_v6) return {"::1", "::ffff:127.0.0.1"};
    return question % 2 == 0 ? Addresses{"127.0.0.1", "203.0.113.5"} : Addresses{"203.0.113.5", "127.0.0.1"};
  });
  for (int i = 0; i < 4; ++i) EXPECT_EQ(fetch("http://both.example:" + settings_.ports[0] + "/"), "outside");
  for (int i = 0; i < 4; ++i) EXPECT_THAT(fetch("http://both.example:" + settings_.ports[1] + "/"), testing::Not("inside"));
  EXPECT_EQ(inside_->connections(), 0);
}

TEST_F(EgressDnsTest, OneThatChangesItsMindGainsNothing) {
  const LyingDns dns([](const std::string&, bool is_v6, int question) -> Addresses {
    if (is_v6) return {};
    return question % 3 == 0 ? Addresses{"203.0.113.5"} : Addresses{"127.0.0.1"};
  });
  for (int i = 0; i < 60; ++i) {
    for (const auto& got : fetch_both("turns" + std::to_string(i / 2) + ".example")) EXPECT_THAT(got, testing::Not("inside"));
  }
  EXPECT_EQ(inside_->connections(), 0);
  EXPECT_GT(outside_->connections(), 0);
}

TEST_F(EgressDnsTest, ARedirectIsLookedUpAndCheckedAnew) {
  RawServer sends_on([&](RawServer::Peer& peer, int) {
    if (peer.request().empty()) return;
    peer.say("HTTP/1.1 302 Found\r\nConnection: close\r\nContent-Length: 0\r\nLocation: http://inner.example:" + std::to_string(inside_->port()) + "/\r\n\r\n");
  }, "203.0.113.5");
  settings_.ports.push_back(std::to_string(sends_on.port()));
  const LyingDns dns([](const std::string& name, bool is_v6, int) -> Addresses {
    return is_v6 ? Addresses{} : name == "inner.example" ? Addresses{"127.0.0.1"} : Addresses{"203.0.113.5"};
  });
  EXPECT_THAT(fetch("http://good.example:" + std::to_string(sends_on.port()) + "/"), HasSubstr("127.0.0.1 is not a public address"));
  EXPECT_EQ(inside_->connections(), 0);
}

TEST_F(EgressDnsTest, OneThatIsSilentCostsTheRequestsOwnTime) {
  const LyingDns dns([](const std::string&, bool is_v6, int) { return Addresses{is_v6 ? "no address" : "none either"}; });
  EXPECT_THAT(fetch("http://silent.example:" + settings_.ports[0] + "/", 300), testing::StartsWith("timeout"));
}

}  // namespace
}  // namespace collet::net
