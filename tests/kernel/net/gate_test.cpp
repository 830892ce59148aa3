// What passes through a gate, and what does not.
#include "net/gate.hpp"

#include <atomic>
#include <memory>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "kernel/net/fetch.hpp"
#include "kernel/net/gate_harness.hpp"
#include "kernel/net/hello_bytes.hpp"
#include "kernel/net/raw_server.hpp"
#include "kernel/net/test_certificate.hpp"
#include "kernel/net/test_server.hpp"

namespace collet::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string at(const std::string& host, std::uint16_t port) { return host + ":" + std::to_string(port); }

// Answers each piece with "got " and the number of bytes so far, and ends when told.
void count_bytes(RawServer::Peer& peer, int) {
  std::size_t bytes = 0;
  for (std::string piece; !(piece = peer.receive()).empty();) bytes += piece.size();
  peer.say("got " + std::to_string(bytes));
}

class GateTlsTest : public testing::Test {
 protected:
  static config::ServerSettings settings_of(const TestCertificate& certificate) {
    config::ServerSettings settings;
    settings.tls.cert = certificate.cert();
    settings.tls.key = certificate.key();
    return settings;
  }
  Result<base::HttpAnswer> fetch(const std::string& url, TestGate& gate, std::string body = "") {
    net::HttpClientOptions options;
    options.ca_file = certificate_.cert();
    options.proxy = gate.url();
    Fetcher fetcher(kTransports[1], options);
    base::HttpRequest request = get(url);
    request.method = body.empty() ? "GET" : "POST";
    request.body = std::move(body);
    return fetcher.fetch(std::move(request));
  }

  TestCertificate certificate_;
  TestServer server_{{}, settings_of(certificate_)};
};

TEST_F(GateTlsTest, LetsLibcurlThrough) {
  TestGate gate(to_localhost(server_.port()));
  const std::string url = "https://" + at("localhost", server_.port());
  EXPECT_EQ(shown(fetch(url + "/echo?a", gate)), "200: GET /echo [a] ");
  const auto posted = fetch(url + "/echo", gate, std::string(1 << 20, 'x'));
  ASSERT_TRUE(posted) << shown(posted);
  EXPECT_EQ(posted->body.size(), (1u << 20) + 14);
  const auto flood = fetch(url + "/flood?64", gate);
  ASSERT_TRUE(flood) << shown(flood);
  EXPECT_EQ(flood->body.size(), 64u * (64 << 10));
  const std::string allowed = "allowed " + at("localhost", server_.port()) + "\n";
  EXPECT_EQ(gate.decisions(), allowed + allowed + allowed);
}

TEST_F(GateTlsTest, LetsOldPythonsThrough) {  // HTTP/1.0, no headers at all
  TestGate gate(to_localhost(server_.port()));
  RawClient client(gate.port());
  client.send("CONNECT " + at("localhost", server_.port()) + " HTTP/1.0\r\n\r\n");
  ASSERT_EQ(status_of(client.read_until("\r\n\r\n")), "200");
  const std::unique_ptr<SSL_CTX, Release<SSL_CTX_free>> context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_load_verify_locations(context.get(), certificate_.cert().c_str(), nullptr);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  const std::unique_ptr<SSL, Release<SSL_free>> ssl(SSL_new(context.get()));
  SSL_set_tlsext_host_name(ssl.get(), "LocalHost");
  SSL_set1_host(ssl.get(), "localhost");
  SSL_set_fd(ssl.get(), client.socket());
  ASSERT_EQ(SSL_connect(ssl.get()), 1);
  const std::string request = "GET /echo HTTP/1.1\r\nHost: localhost\r\n\r\n";
  SSL_write(ssl.get(), request.data(), static_cast<int>(request.size()));
  char answer[4096];
  const int size = SSL_read(ssl.get(), answer, sizeof answer);
  ASSERT_GT(size, 0);
  EXPECT_THAT(std::string(answer, static_cast<std::size_t>(size)), HasSubstr("GET /echo []"));
}

TEST_F(GateTlsTest, AnAddressNeedsNoServerName) {
  base::GateRules rules;
  rules.hosts = {{"127.0.0.1", server_.port(), true}};
  TestGate gate(rules);
  EXPECT_EQ(shown(fetch("https://" + at("127.0.0.1", server_.port()) + "/echo", gate)), "200: GET /echo [] ");
  RawClient client(gate.port());
  ASSERT_EQ(ask(client, at("127.0.0.1", server_.port())), "200");
  client.send(openssl_hello("localhost"));
  client.read_all();
  EXPECT_THAT(gate.decisions(), HasSubstr("denied " + at("127.0.0.1", server_.port()) +
                                          ": its TLS speaks to another host: localhost"));
}

TEST_F(GateTlsTest, ClientsShowWhyNot) {
  TestGate gate(to_localhost(server_.port()));
  const auto answer = fetch("https://other.example/", gate);
  ASSERT_FALSE(answer);
  EXPECT_THAT(shown(answer), HasSubstr("403"));
}

TEST(Gate, RefusesWhatNoRuleNames) {
  RawServer server([](RawServer::Peer&, int) {});
  base::GateRules rules = to_localhost(server.port());
  rules.hosts.push_back({"index.example", 443});
  TestGate gate(rules);
  const std::string allowed = " is not an allowed host (allowed: " + at("localhost", server.port()) + ", index.example:443)";
  std::string decisions;
  for (const std::string& target : {at("127.0.0.1", server.port()), at("[::1]", server.port()),
                                   at("[::ffff:127.0.0.1]", server.port()), at("2130706433", server.port()),
                                   std::string("localhost:22"), std::string("index.example:22"),
                                   std::string("x.index.example:443"), std::string("index.example.evil.example:443")}) {
    RawClient client(gate.port());
    EXPECT_EQ(ask(client, target), "403 " + target + allowed + "\n");
    EXPECT_EQ(client.read_all(), "");
    EXPECT_THAT(gate.decisions(), HasSubstr(target.substr(target.rfind(':')) + ": " + target + allowed + "\n")) << target;
  }
  EXPECT_EQ(server.connections(), 0);
}

TEST(Gate, RefusesRequestsThatAreNone) {
  TestGate gate(to_localhost(443));
  const std::pair<std::string, std::string> cases[] = {
      {"GET http://localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n", "405"},
      {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc", "405"},
      {"CONNECT user@localhost:443 HTTP/1.1\r\n\r\n", "400"},
      {"CONNECT localhost:443@evil.example:443 HTTP/1.1\r\n\r\n", "400"},
      {"CONNECT [fe80::1%1]:443 HTTP/1.1\r\n\r\n", "400"},
      {"CONNECT localhost:443 HTTP/1.1\nHost: x\n\n", "400"},
      {"CONNECT localhost:443 HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n", "400"},
      {std::string("CONNECT localhost\0.example:443 HTTP/1.1\r\n\r\n", 43), "400"},
      {openssl_hello("localhost") + "\r\n\r\n", "400"},
      {"CONNECT localhost:443 HTTP/1.1\r\nX: " + std::string(9000, 'x') + "\r\n\r\n", "431"},
      {std::string(100'000, 'x'), "431"},
  };
  for (const auto& [bytes, status] : cases) {
    RawClient client(gate.port());
    client.send(bytes);
    const std::string response = client.read_response();
    EXPECT_EQ(status_of(response), status) << bytes.substr(0, 80);
    EXPECT_EQ(body_of(response).find('\n'), body_of(response).size() - 1) << response;
  }
  EXPECT_THAT(gate.decisions(), StartsWith("denied :0: only https is let through: CONNECT host:port, not GET\n"));
}

// As if the name had been turned to lead to this machine.
TEST(Gate, ConnectsToNoPrivateAddressUnlessToldTo) {
  RawServer server([](RawServer::Peer&, int) {});
  base::GateRules rules;
  rules.hosts = {{"localhost", server.port()}, {"127.0.0.1", server.port()}, {"::ffff:127.0.0.1", server.port()}};
  TestGate gate(rules);
  for (const char* host : {"localhost", "127.0.0.1", "[::ffff:127.0.0.1]"}) {
    RawClient client(gate.port());
    EXPECT_EQ(ask(client, at(host, server.port())),
              "403 " + at(host, server.port()) + " leads to an address that is not public\n");
  }
  EXPECT_THAT(gate.decisions(), HasSubstr("denied " + at("127.0.0.1", server.port()) + ": " + at("127.0.0.1", server.port()) +
                                          " leads to 127.0.0.1, which is not a public address\n"));
  EXPECT_EQ(server.connections(), 0);
}

TEST(Gate, RefusesTlsToAnotherHost) {
  std::atomic<std::size_t> bytes{0};
  RawServer server([&](RawServer::Peer& peer, int) {
    for (std::string piece; !(piece = peer.receive()).empty();) bytes += piece.size();
  });
  const std::pair<std::string, std::string> cases[] = {
      {openssl_hello("evil.example"), "its TLS speaks to another host: evil.example"},
      {openssl_hello("localhost.evil.example"), "its TLS speaks to another host: localhost.evil.example"},
      {openssl_hello(""), "its ClientHello names no server"},
      {hello_with(server_name_extension("localhost") + extension(0xfe0d, "x")), "its server name is encrypted"},
      {hello_with(server_name_extension("localhost") + server_name_extension("x")), "its ClientHello holds two server names"},
      {"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "it is not TLS"},
      {"SSH-2.0-OpenSSH_9.2\r\n", "it is not TLS"},
  };
  for (const auto& [hello, reason] : cases) {
    TestGate gate(to_localhost(server.port()));
    RawClient client(gate.port());
    ASSERT_EQ(ask(client, at("localhost", server.port())), "200");
    client.send(hello);
    const std::string alert("\x15\x03\x03\x00\x02\x02\x31", 7);
    EXPECT_EQ(client.read_all(), hello.starts_with('\x16') ? alert : "");
    EXPECT_THAT(gate.decisions(), StartsWith("denied " + at("localhost", server.port()) + ": " + reason)) << reason;
  }
  EXPECT_EQ(bytes, 0u);
}

TEST(Gate, TakesAClientHelloInAnyPieces) {
  RawServer server(count_bytes);
  TestGate gate(to_localhost(server.port()));
  const std::string whole = openssl_hello("localhost");
  for (const std::string& hello : {whole, in_records(whole.substr(5), 1)}) {
    RawClient client(gate.port());
    ASSERT_EQ(ask(client, at("localhost", server.port())), "200");
    for (const char byte : hello) ASSERT_TRUE(client.send({&byte, 1}));
    client.finish_sending();
    EXPECT_EQ(client.read_all(), "got " + std::to_string(hello.size()));
  }
}

TEST(Gate, TakesBytesThatComeWithTheRequest) {
  RawServer server(count_bytes);
  TestGate gate(to_localhost(server.port()));
  RawClient client(gate.port());
  const std::string hello = openssl_hello("localhost");
  client.send("CONNECT " + at("LOCALHOST.", server.port()) + " HTTP/1.1\r\n\r\n" + hello + "and more");
  client.finish_sending();
  EXPECT_EQ(client.read_all(), "HTTP/1.1 200 Connection Established\r\n\r\ngot " + std::to_string(hello.size() + 8));
}

TEST(Gate, EachSideMayEndFirst) {
  std::atomic<std::size_t> bytes_after{0};
  RawServer server([&](RawServer::Peer& peer, int) {
    peer.receive();
    peer.say("goodbye");
    peer.finish_sending();
    for (std::string piece; !(piece = peer.receive()).empty();) bytes_after += piece.size();
  });
  TestGate gate(to_localhost(server.port()));
  RawClient client(gate.port());
  ASSERT_EQ(ask(client, at("localhost", server.port())), "200");
  client.send(openssl_hello("localhost"));
  EXPECT_EQ(client.read_all(), "goodbye");
  client.send("after");
  EXPECT_TRUE(eventually([&] { return bytes_after == 5; })) << bytes_after;
}

TEST(Gate, RelaysAMegabyteEachWayAtOnce) {
  constexpr std::size_t kBytes = 1 << 20;
  RawServer server([](RawServer::Peer& peer, int) {  // speaks before it listens
    peer.say(std::string(kBytes, 'd'));
    count_bytes(peer, 0);
  });
  TestGate gate(to_localhost(server.port()));
  RawClient client(gate.port());
  ASSERT_EQ(ask(client, at("localhost", server.port())), "200");
  const std::string up = openssl_hello("localhost") + std::string(kBytes, 'u');
  std::string down;
  std::thread reader([&] { down = client.read_all(); });
  EXPECT_TRUE(client.send(up));
  client.finish_sending();
  reader.join();
  EXPECT_EQ(down, std::string(kBytes, 'd') + "got " + std::to_string(up.size()));
}

TEST(Gate, SaysThatATargetIsNotThere) {
  std::uint16_t port = 0;
  { port = RawServer([](RawServer::Peer&, int) {}).port(); }
  TestGate gate(to_localhost(port));
  RawClient client(gate.port());
  EXPECT_EQ(ask(client, at("localhost", port)), "502 " + at("localhost", port) + ": no connection: Connection refused\n");
}

}  // namespace
}  // namespace collet::test
