#include "net/connect_request.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace collet::net {
namespace {

using testing::StartsWith;

// "host port", with "address" before it for one, or "status: message".
std::string read(const std::string& head) {
  const auto parsed = parse_connect(head);
  if (const auto* const rejection = std::get_if<Rejection>(&parsed)) {
    return std::to_string(rejection->status) + ": " + rejection->message;
  }
  const auto& [host, port] = std::get<ConnectRequest>(parsed);
  return (host.is_address ? "address " : "") + host.text + " " + std::to_string(port);
}

std::string target(const std::string& text) { return read("CONNECT " + text + " HTTP/1.1\r\nHost: x\r\n\r\n"); }

TEST(ConnectRequest, GivesEachHostOneSpelling) {
  EXPECT_EQ(target("index.example:443"), "index.example 443");
  EXPECT_EQ(target("INDEX.Example.:443"), "index.example 443");
  EXPECT_EQ(target("a_b-c:1"), "a_b-c 1");
  EXPECT_EQ(target("10.0.0.1:65535"), "address 10.0.0.1 65535");
  EXPECT_EQ(target("[::1]:443"), "address ::1 443");
  EXPECT_EQ(target("[0:0::0001]:443"), "address ::1 443");
  EXPECT_EQ(target("[2001:DB8::A]:443"), "address 2001:db8::a 443");
  EXPECT_EQ(target("[::ffff:127.0.0.1]:443"), "address ::ffff:127.0.0.1 443");
  EXPECT_EQ(target(std::string(63, 'a') + ".b:443"), std::string(63, 'a') + ".b 443");
}

TEST(ConnectRequest, RefusesOtherTargets) {
  for (const std::string text :
       {"index.example", "index.example:", "index.example:0", "index.example:0443", "index.example:65536",
        "index.example:+443", "index.example:44x", ":443", ".:443", "a..b:443", "a...:443", ".a:443", "a,b:443",
        "user@index.example:443", "user:pass@index.example:443", "index.example:443@other.example:443",
        "index.example:443/path", "https://index.example:443", "https://index.example/", "/", "*", "::1:443", "[::1]",
        "[::1:443", "::1]:443", "[]:443", "[::1]x:443", "[fe80::1%eth0]:443", "[fe80::1%25eth0]:443", "[10.0.0.1]:443",
        "[index.example]:443", "[[::1]]:443", "[::1]:443:443", "a%2eb:443", "a\\b:443", "a#b:443", "a?b:443",
        "\xc3\xa4.example:443", "a\tb:443"}) {
    EXPECT_THAT(target(text), StartsWith("400: ")) << text;
  }
  EXPECT_THAT(target(std::string(64, 'a') + ":443"), StartsWith("400: "));
  std::string name;
  while (name.size() < 254) name += "a.";
  EXPECT_THAT(target(name + "b:443"), StartsWith("400: "));
  EXPECT_THAT(target("u@x:1"), StartsWith("400: the target \"u@x:1\" holds user information"));
}

TEST(ConnectRequest, TakesNothingButConnect) {
  EXPECT_EQ(read("CONNECT a:443 HTTP/1.0\r\n\r\n"), "a 443");
  EXPECT_EQ(read("CONNECT a:443 HTTP/1.1\r\nHost: other\r\nProxy-Authorization: Basic eDp5\r\n\r\n"), "a 443");
  EXPECT_EQ(read("GET http://a/ HTTP/1.1\r\n\r\n"), "405: only https is let through: CONNECT host:port, not GET");
  EXPECT_THAT(read("connect a:443 HTTP/1.1\r\n\r\n"), StartsWith("405: "));
  for (const std::string head : {"", "\r\n", "CONNECT", "CONNECT a:443", "CONNECT a:443 ", "CONNECT  a:443 HTTP/1.1",
                                 " CONNECT a:443 HTTP/1.1", "CONNECT a:443 HTTP/1.1 ", "CONNECT a:443 HTTP/2",
                                 "CONNECT a:443 HTTP/0.9", "CONNECT a:443 http/1.1", "CONNECT\ta:443\tHTTP/1.1",
                                 "C\xc3\xa4 a:443 HTTP/1.1", "\x16\x03\x01"}) {
    EXPECT_THAT(read(head + "\r\n\r\n"), StartsWith("400: ")) << head;
  }
  for (const std::string line : {"Host", ": x", "a b: x", "Host : x"}) {
    EXPECT_THAT(read("CONNECT a:443 HTTP/1.1\r\n" + line + "\r\n\r\n"), StartsWith("400: ")) << line;
  }
}

}  // namespace
}  // namespace collet::net
