// The listener behind TLS, with a certificate made on the spot.
#include "net/tls.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "kernel/net/fetch.hpp"
#include "kernel/net/raw_client.hpp"
#include "kernel/net/test_certificate.hpp"
#include "kernel/net/test_server.hpp"

namespace collet::test {
namespace {

using testing::HasSubstr;

class TlsTest : public testing::Test {
 protected:
  TlsTest() {
    settings_.tls.cert = certificate_.cert();
    settings_.tls.key = certificate_.key();
  }

  base::HttpRequest request(const TestServer& server, const std::string& path) const {
    base::HttpRequest request;
    request.url = "https://127.0.0.1:" + std::to_string(server.port()) + path;
    return request;
  }

  net::HttpClientOptions trusting() const {
    net::HttpClientOptions options;
    options.ca_file = settings_.tls.cert;
    return options;
  }

  TestCertificate certificate_;
  config::ServerSettings settings_;
};

TEST_F(TlsTest, ServesRequestsAndStreams) {
  TestServer server({}, settings_);
  Fetcher fetcher(kTransports[0], trusting());
  base::HttpRequest post = request(server, "/echo");
  post.method = "POST";
  post.body = std::string(1 << 20, 'x');
  const auto echoed = fetcher.fetch(post);
  ASSERT_TRUE(echoed) << echoed.error().message;
  EXPECT_EQ(echoed->body.size(), post.body.size() + 14);
  const auto streamed = fetcher.fetch(request(server, "/stream"));
  ASSERT_TRUE(streamed) << streamed.error().message;
  EXPECT_EQ(streamed->body, "one,two,three");
  const auto flood = fetcher.fetch(request(server, "/flood?64"));
  ASSERT_TRUE(flood) << flood.error().message;
  EXPECT_EQ(flood->body.size(), 64u * (64 << 10));
  EXPECT_EQ(server.server->connections(), 1u) << "the connection was not reused";
}

TEST_F(TlsTest, AStrangersCertificateIsRefused) {
  TestServer server({}, settings_);
  Fetcher fetcher(kTransports[0]);
  const auto answer = fetcher.fetch(request(server, "/echo"));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::unavailable) << answer.error().message;
  EXPECT_THAT(answer.error().message, HasSubstr("certificate"));
}

TEST_F(TlsTest, AClientThatLeavesIsNoticed) {
  TestServer server({}, settings_);
  {
    Fetcher fetcher(kTransports[0], trusting());
    base::HttpRequest hold = request(server, "/hold");
    hold.timeouts.first_byte_ms = 200;
    const auto answer = fetcher.fetch(hold);
    EXPECT_FALSE(answer);
  }
  EXPECT_TRUE(eventually([&] { return server.seen.gone == 1; }));
  EXPECT_TRUE(eventually([&] { return server.server->connections() == 0; }));
}

TEST_F(TlsTest, PlainTextAndHalfAHandshakeAreCutOff) {
  config::LimitSettings limits;
  limits.header_timeout_ms = 150;
  TestServer server(limits, settings_);
  RawClient plain(server.port());
  plain.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(plain.read_all(), testing::Not(HasSubstr("HTTP/1.1 200")));
  RawClient silent(server.port());
  silent.send("\x16\x03\x01");
  EXPECT_THAT(silent.read_all(), testing::Not(HasSubstr("[timeout]")));
}

TEST_F(TlsTest, OldProtocolsAndOtherApplicationsAreRefused) {
  TestServer server({}, settings_);
  const auto connects = [&](int version, const char* protocol) {
    const std::unique_ptr<SSL_CTX, Release<SSL_CTX_free>> context(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_max_proto_version(context.get(), version);
    SSL_CTX_set_security_level(context.get(), 0);
    const std::unique_ptr<SSL, Release<SSL_free>> ssl(SSL_new(context.get()));
    const std::string offered = static_cast<char>(std::char_traits<char>::length(protocol)) + std::string(protocol);
    SSL_set_alpn_protos(ssl.get(), reinterpret_cast<const unsigned char*>(offered.data()), offered.size());
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(server.port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    SSL_set_fd(ssl.get(), fd);
    const bool connected = SSL_connect(ssl.get()) == 1;
    close(fd);
    return connected;
  };
  EXPECT_TRUE(connects(TLS1_3_VERSION, "http/1.1"));
  EXPECT_TRUE(connects(TLS1_2_VERSION, "http/1.1"));
  EXPECT_FALSE(connects(TLS1_1_VERSION, "http/1.1"));
  EXPECT_FALSE(connects(TLS1_3_VERSION, "h2"));
}

TEST_F(TlsTest, AWrongFileIsNamed) {
  config::TlsSettings tls = settings_.tls;
  tls.cert = "/nonexistent.pem";
  const auto missing = net::make_tls_context(tls);
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().message, HasSubstr("server.tls.cert: \"/nonexistent.pem\""));
  tls = settings_.tls;
  tls.key = tls.cert;
  const auto swapped = net::make_tls_context(tls);
  ASSERT_FALSE(swapped);
  EXPECT_THAT(swapped.error().message, HasSubstr("server.tls.key"));
  tls.key = "";
  EXPECT_FALSE(net::make_tls_context(tls));
}

}  // namespace
}  // namespace collet::test
