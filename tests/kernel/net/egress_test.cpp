#include "net/egress.hpp"

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "raw_server.hpp"

namespace collet::net {
namespace {

using base::EgressAnswer;
using test::RawServer;
using testing::ElementsAre;
using testing::HasSubstr;

std::string answer(const std::string& body, const std::string& headers = "", const std::string& status = "200 OK") {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers + "\r\n" + body;
}
std::string redirect(const std::string& to, const std::string& status = "302 Found") { return answer("", "Location: " + to + "\r\n", status); }

/// Answers each path by what it stands for.
RawServer::Script serve(std::function<std::string(const std::string& request)> reply) {
  return [reply = std::move(reply)](RawServer::Peer& peer, int) {
    for (std::string request = peer.request(); !request.empty(); request = peer.request()) peer.say(reply(request));
  };
}
std::string path_of(const std::string& request) {
  const std::size_t start = request.find(' ') + 1;
  return request.substr(start, request.find(' ', start) - start);
}

class EgressTest : public testing::Test {
 protected:
  void allow(const RawServer& server, const std::string& host = "127.0.0.1") { settings_.allow_private.push_back(host + ":" + std::to_string(server.port())); }

  static base::EgressRequest to(const std::string& url) {
    base::EgressRequest request;
    request.http.url = url;
    request.http.timeouts.total_ms = 10'000;
    return request;
  }
  EgressAnswer fetch(base::EgressRequest request, std::function<bool(std::string_view)> body = nullptr) {
    if (!egress_) egress_ = make_egress(settings_);
    std::optional<EgressAnswer> out;
    base::EgressEvents events;
    events.decided = [this](const base::EgressDecision& decision) {
      decisions_.push_back(decision.host + ":" + std::to_string(decision.port) + (decision.allowed ? " allowed" : " denied"));
    };
    events.body = std::move(body);
    boost::asio::co_spawn(io_, run(std::move(request), std::move(events), out), boost::asio::detached);
    io_.restart();
    while (!out) io_.run_one();
    return std::move(*out);
  }
  EgressAnswer fetch(const std::string& url) { return fetch(to(url)); }
  static std::string shown(const EgressAnswer& answer) {
    if (answer.status) return std::to_string(answer.head.status) + ": " + answer.body;
    return std::string(name(answer.status.error().code)) + ": " + answer.status.error().message;
  }

  boost::asio::io_context io_;
  config::EgressSettings settings_;
  std::unique_ptr<base::Egress> egress_;
  std::vector<std::string> decisions_;
  base::CancelSource cancel_;

 private:
  boost::asio::awaitable<void> run(base::EgressRequest request, base::EgressEvents events, std::optional<EgressAnswer>& out) {
    out = co_await egress_->fetch(io_, std::move(request), std::move(events), cancel_.token());
  }
};

TEST_F(EgressTest, WhatTheOperatorNamedIsReached) {
  RawServer server(serve([](const std::string& request) { return answer("you asked for " + path_of(request)); }));
  allow(server);
  const auto got = fetch(server.url("/x?y#z"));
  EXPECT_EQ(shown(got), "200: you asked for /x?y");
  EXPECT_EQ(got.url, server.url("/x?y"));
  EXPECT_THAT(decisions_, ElementsAre("127.0.0.1:" + std::to_string(server.port()) + " allowed"));
}

TEST_F(EgressTest, NothingElseOfThisMachineIs) {
  RawServer server(serve([](const std::string&) { return answer("secret"); }));
  const std::string port = std::to_string(server.port());
  settings_.ports.push_back(port);
  for (const std::string host : {"127.0.0.1", "localhost", "127.1", "0x7f000001", "2130706433", "0", "[::1]", "[::ffff:127.0.0.1]", "[::]", "127.0.0.1.", "[64:ff9b::7f00:1]"}) {
    const auto got = fetch("http://" + host + ":" + port + "/");
    EXPECT_FALSE(got.status) << host;
    // Without a route to it the address was not even asked for.
    EXPECT_THAT(shown(got), testing::AnyOf(HasSubstr("is not a public address"), testing::StartsWith("unavailable"))) << host;
  }
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(EgressTest, NorNeighboursAndMetadata) {
  for (const char* host : {"10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.100.100.200", "[fd00::1]", "[fe80::1]", "224.0.0.1", "255.255.255.255"}) {
    EXPECT_THAT(shown(fetch(std::string("http://") + host + "/")), testing::AnyOf(HasSubstr("is not a public address"), testing::StartsWith("unavailable"))) << host;
  }
}

TEST_F(EgressTest, PortsAreOfTheWeb) {
  EXPECT_THAT(shown(fetch("http://example.org:22/")), HasSubstr("denied: port 22 is none of 80, 443, 8080, 8443 (egress.ports)"));
  EXPECT_THAT(decisions_, ElementsAre("example.org:22 denied"));
}

TEST_F(EgressTest, APluginReachesTheHostsOfItsManifest) {
  RawServer server(serve([](const std::string&) { return answer("there"); }));
  allow(server);
  auto request = to(server.url());
  request.hosts = {"api.example.org", "*.example.net"};
  EXPECT_THAT(shown(fetch(request)), HasSubstr("denied: 127.0.0.1 is no host that this plugin may reach, by its manifest or plugins.grants; these are "));
  request.hosts.emplace_back("127.0.0.1");
  EXPECT_EQ(shown(fetch(request)), "200: there");
}

TEST_F(EgressTest, RedirectsAreCheckedLikeTheFirst) {
  RawServer inner(serve([](const std::string&) { return answer("secret"); }));
  RawServer server(serve([&](const std::string& request) {
    const std::string path = path_of(request);
    if (path == "/there") return answer("there");
    if (path == "/once") return redirect("/there");
    if (path == "/inner") return redirect(inner.url());
    if (path == "/file") return redirect("file:///etc/passwd");
    if (path == "/user") return redirect("http://a:b@127.0.0.1/");
    return redirect("/again");
  }));
  allow(server);
  EXPECT_EQ(shown(fetch(server.url("/once"))), "200: there");
  EXPECT_THAT(shown(fetch(server.url("/inner"))), HasSubstr("denied: port"));
  EXPECT_THAT(shown(fetch(server.url("/file"))), HasSubstr("redirected: the URL \"file:///etc/passwd\" has the scheme"));
  EXPECT_THAT(shown(fetch(server.url("/user"))), HasSubstr("denied: redirected: the URL holds a user"));
  EXPECT_THAT(shown(fetch(server.url("/loop"))), HasSubstr("limit: more than 5 redirects (egress.redirects_max); the last led to " + server.url("/again")));
  EXPECT_EQ(inner.connections(), 0);
  auto as_they_are = to(server.url("/inner"));
  as_they_are.follows_redirects = false;
  EXPECT_EQ(fetch(as_they_are).head.status, 302);
}

TEST_F(EgressTest, CredentialsStayWithTheirHost) {
  std::string seen;
  RawServer other(serve([&](const std::string& request) { return seen = request, answer("other"); }));
  RawServer server(serve([&](const std::string& request) {
    if (path_of(request) == "/same") return redirect("/end");
    if (path_of(request) == "/end") return seen = request, answer("end");
    return redirect(other.url());
  }));
  allow(server);
  allow(other);
  auto request = to(server.url("/away"));
  request.http.headers = {{"Authorization", "Bearer secret"}, {"Cookie", "c=secret"}, {"X-Mine", "kept"}};
  EXPECT_EQ(shown(fetch(request)), "200: other");
  EXPECT_THAT(seen, testing::Not(HasSubstr("secret")));
  EXPECT_THAT(seen, HasSubstr("X-Mine: kept"));
  request.http.url = server.url("/same");
  EXPECT_EQ(shown(fetch(request)), "200: end");
  EXPECT_THAT(seen, HasSubstr("Bearer secret"));
}

TEST_F(EgressTest, APostBecomesAGetWhereBrowsersHaveItSo) {
  std::string seen;
  RawServer server(serve([&](const std::string& request) {
    if (path_of(request) == "/see-other") return redirect("/end", "303 See Other");
    if (path_of(request) == "/temporary") return redirect("/end", "307 Temporary Redirect");
    return seen = request, answer("end");
  }));
  allow(server);
  auto request = to(server.url("/see-other"));
  request.http.method = "POST";
  request.http.body = "data";
  request.http.headers = {{"Content-Type", "text/plain"}};
  EXPECT_EQ(shown(fetch(request)), "200: end");
  EXPECT_THAT(seen, testing::AllOf(testing::StartsWith("GET /end"), testing::Not(HasSubstr("text/plain"))));
  request.http.url = server.url("/temporary");
  EXPECT_EQ(shown(fetch(request)), "200: end");
  EXPECT_THAT(seen, testing::AllOf(testing::StartsWith("POST /end"), testing::EndsWith("data")));
}

TEST_F(EgressTest, HeadersOfTheConnectionAreOurs) {
  for (const char* header : {"Host", "connection", "Proxy-Authorization", "Accept-Encoding", "Upgrade"}) {
    auto request = to("http://example.org/");
    request.http.headers = {{header, "x"}};
    EXPECT_THAT(shown(fetch(request)), HasSubstr("invalid: the header " + std::string(header) + " belongs to the host")) << header;
  }
}

TEST_F(EgressTest, LongBodiesAreCutAtTheLimit) {
  RawServer server(serve([](const std::string&) { return answer(std::string(300'000, 'x')); }));
  allow(server);
  auto request = to(server.url());
  request.http.response_bytes_max = 100'000;
  const auto got = fetch(request);
  EXPECT_THAT(shown(got), HasSubstr("limit: the answer has more than 100000 bytes"));
  EXPECT_EQ(got.body.size(), 100'000u);
  settings_.request_bytes_max = 3;
  egress_ = nullptr;
  request.http.body = "four";
  EXPECT_THAT(shown(fetch(request)), HasSubstr("invalid: the body has 4 bytes; at most 3 are sent (egress.request_bytes_max)"));
}

TEST_F(EgressTest, PiecesComeAsTheyCome) {
  RawServer server(serve([](const std::string&) { return answer(std::string(300'000, 'x')); }));
  allow(server);
  std::size_t bytes = 0;
  EXPECT_EQ(shown(fetch(to(server.url()), [&](std::string_view piece) { return bytes += piece.size(), true; })), "200: ");
  EXPECT_EQ(bytes, 300'000u);
  bytes = 0;
  EXPECT_THAT(shown(fetch(to(server.url()), [&](std::string_view piece) { return bytes += piece.size(), false; })), HasSubstr("cancelled: the plugin wants no more"));
  EXPECT_LT(bytes, 300'000u);
}

TEST_F(EgressTest, EndsWhenItIsCancelled) {
  RawServer server([&](RawServer::Peer& peer, int) {
    peer.request();
    peer.say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n1");
    peer.wait_for_end();
  });
  allow(server);
  const auto got = fetch(to(server.url()), [&](std::string_view) {
    cancel_.cancel(Error{Errc::cancelled, "the call is over"});
    return true;
  });
  EXPECT_EQ(got.status.error().code, Errc::cancelled) << shown(got);
}

TEST_F(EgressTest, AnswersAreKeptByTheRules) {
  std::atomic<int> asked{0}, validated{0};
  RawServer server(serve([&](const std::string& request) {
    ++asked;
    const std::string path = path_of(request);
    if (path == "/fresh") return answer("fresh", "Cache-Control: max-age=60\r\n");
    if (path == "/private") return answer("private", "Cache-Control: private, max-age=60\r\n");
    if (path == "/etag" && request.find("If-None-Match: \"1\"") != std::string::npos) return ++validated, answer("", "ETag: \"1\"\r\n", "304 Not Modified");
    if (path == "/etag") return answer("tagged", "ETag: \"1\"\r\n");
    return answer("plain");
  }));
  allow(server);
  const auto get = [&](const std::string& path, const std::string& scope = "plugin") {
    auto request = to(server.url(path));
    request.cache_scope = scope;
    return fetch(request);
  };
  EXPECT_FALSE(get("/fresh").is_cached);
  EXPECT_TRUE(get("/fresh").is_cached);
  EXPECT_EQ(shown(get("/fresh")), "200: fresh");
  EXPECT_EQ(asked, 1);
  EXPECT_FALSE(get("/fresh", "another plugin").is_cached);
  EXPECT_FALSE(get("/fresh", "").is_cached);
  for (const char* path : {"/private", "/plain"}) {
    get(path);
    EXPECT_FALSE(get(path).is_cached) << path;
  }
  EXPECT_EQ(shown(get("/etag")), "200: tagged");
  EXPECT_EQ(shown(get("/etag")), "200: tagged");
  EXPECT_EQ(shown(get("/etag")), "200: tagged");
  EXPECT_EQ(validated, 2);
  auto with_key = to(server.url("/fresh"));
  with_key.cache_scope = "plugin";
  with_key.http.headers = {{"Authorization", "x"}};
  EXPECT_FALSE(fetch(with_key).is_cached);
}

TEST_F(EgressTest, TheCacheCanBeTurnedOff) {
  settings_.cache_bytes_max = 0;
  RawServer server(serve([](const std::string&) { return answer("fresh", "Cache-Control: max-age=60\r\n"); }));
  allow(server);
  for (int i = 0; i < 2; ++i) {
    auto request = to(server.url());
    request.cache_scope = "plugin";
    EXPECT_FALSE(fetch(request).is_cached);
  }
}

}  // namespace
}  // namespace collet::net
