#include "net/request_rules.hpp"

#include <gtest/gtest.h>

namespace collet::net {
namespace {

TEST(ScanHead, FindsTheEndWhateverThePieces) {
  const std::string head = "GET / HTTP/1.1\r\nHost: x\r\n\r\nrest";
  std::size_t seen = 0;
  for (std::size_t size = 0; size < 27; ++size) {
    const HeadScan scan = scan_head(std::string_view(head).substr(0, size), seen);
    ASSERT_EQ(scan.size, 0u) << "after " << size << " bytes";
    ASSERT_FALSE(scan.rejection) << scan.rejection->message;
    seen = scan.seen;
  }
  EXPECT_EQ(scan_head(head, seen).size, 27u);
  EXPECT_EQ(scan_head(head, 0).size, 27u);
}

TEST(ScanHead, RefusesWhatOtherServersReadDifferently) {
  const std::pair<std::string, std::string> cases[] = {
      {"GET / HTTP/1.1\nHost: x\r\n\r\n", "LF alone"},
      {"GET / HTTP/1.1\r\nHost: x\n\r\n", "LF alone"},
      {"\n", "LF alone"},
      {"GET / HTTP/1.1\r\nHost: x\r\n y: z\r\n\r\n", "white space"},
      {"GET / HTTP/1.1\r\n\tHost: x\r\n\r\n", "white space"},
      {std::string("GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n", 28), "control character"},
      {"GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n", "control character"},
      {"GET / HTTP/1.1\r\nx: \x7f\r\n\r\n", "control character"},
      {"GET / HTTP/1.1\r\nx: \x01\r\n\r\n", "control character"},
  };
  for (const auto& [head, reason] : cases) {
    const HeadScan scan = scan_head(head, 0);
    ASSERT_TRUE(scan.rejection) << head;
    EXPECT_EQ(scan.rejection->status, 400);
    EXPECT_NE(scan.rejection->message.find(reason), std::string::npos) << head << " -> " << scan.rejection->message;
  }
}

struct HeadCase {
  int version;
  base::Headers headers;
  int status;  // 0: accepted
};

TEST(CheckHead, JudgesHostAndFraming) {
  const HeadCase cases[] = {
      {11, {{"Host", "x"}}, 0},
      {11, {{"hOST", "example.org:8080"}}, 0},
      {11, {{"Host", "127.0.0.1"}}, 0},
      {11, {{"Host", "[::1]:80"}}, 0},
      {11, {{"Host", "a_b-c.d"}}, 0},
      {11, {}, 400},
      {10, {}, 0},
      {11, {{"Host", ""}}, 400},
      {11, {{"Host", "x"}, {"host", "x"}}, 400},
      {11, {{"Host", "a b"}}, 400},
      {11, {{"Host", "a/b"}}, 400},
      {11, {{"Host", "user@x"}}, 400},
      {11, {{"Host", "x:"}}, 0},
      {11, {{"Host", "x:8o"}}, 400},
      {11, {{"Host", "x:123456"}}, 400},
      {11, {{"Host", "[::1"}}, 400},
      {11, {{"Host", "[::1]x"}}, 400},
      {11, {{"Host", "[zz%]"}}, 400},
      {10, {{"Host", "a b"}}, 400},
      {11, {{"Host", "x"}, {"Content-Length", "10"}}, 0},
      {11, {{"Host", "x"}, {"Content-Length", "1000"}}, 0},
      {11, {{"Host", "x"}, {"Content-Length", "1001"}}, 413},
      {11, {{"Host", "x"}, {"Content-Length", "99999999999999999999999"}}, 413},
      {11, {{"Host", "x"}, {"Content-Length", "+1"}}, 400},
      {11, {{"Host", "x"}, {"Content-Length", "-1"}}, 400},
      {11, {{"Host", "x"}, {"Content-Length", "0x1"}}, 400},
      {11, {{"Host", "x"}, {"Content-Length", "1 1"}}, 400},
      {11, {{"Host", "x"}, {"Content-Length", "1,1"}}, 400},
      {11, {{"Host", "x"}, {"Content-Length", ""}}, 400},
      {11, {{"Host", "x"}, {"Content-Length", "1"}, {"Content-Length", "2"}}, 400},
      {11, {{"Host", "x"}, {"Content-Length", "1"}, {"content-length", "1"}}, 400},
      {11, {{"Host", "x"}, {"Transfer-Encoding", "chunked"}}, 0},
      {11, {{"Host", "x"}, {"Transfer-Encoding", "Chunked"}}, 0},
      {10, {{"Transfer-Encoding", "chunked"}}, 400},
      {11, {{"Host", "x"}, {"Transfer-Encoding", "chunked"}, {"Content-Length", "1"}}, 400},
      {11, {{"Host", "x"}, {"Content-Length", "0"}, {"Transfer-Encoding", "chunked"}}, 400},
      {11, {{"Host", "x"}, {"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "chunked"}}, 400},
      {11, {{"Host", "x"}, {"Transfer-Encoding", "chunked, chunked"}}, 400},
      {11, {{"Host", "x"}, {"Transfer-Encoding", "chunked, gzip"}}, 501},
      {11, {{"Host", "x"}, {"Transfer-Encoding", "gzip, chunked"}}, 501},
      {11, {{"Host", "x"}, {"Transfer-Encoding", "gzip"}}, 501},
      {11, {{"Host", "x"}, {"Transfer-Encoding", "xchunked"}}, 501},
      {11, {{"Host", "x"}, {"Transfer-Encoding", "identity"}}, 501},
      {11, {{"Host", "x"}, {"Transfer-Encoding", ""}}, 501},
      {11, {{"Host", "x"}, {"Expect", "100-Continue"}}, 0},
      {11, {{"Host", "x"}, {"Expect", "a miracle"}}, 417},
  };
  for (const auto& test : cases) {
    base::InboundRequest request;
    request.headers = test.headers;
    Framing framing{.version = test.version};
    const auto rejection = check_head(request, 1000, framing);
    std::string shown = "HTTP/1." + std::to_string(test.version - 10);
    for (const auto& [name, value] : test.headers) shown += " | " + name + ": " + value;
    EXPECT_EQ(rejection ? rejection->status : 0, test.status)
        << shown << " -> " << (rejection ? rejection->message : "accepted");
  }
}

TEST(CheckHead, KnowsWhenTheConnectionStays) {
  const auto keeps = [](int version, std::string connection) {
    base::InboundRequest request;
    request.headers = {{"Host", "x"}, {"Connection", std::move(connection)}};
    Framing framing{.version = version};
    EXPECT_FALSE(check_head(request, 10, framing));
    return framing.keep_alive;
  };
  EXPECT_TRUE(keeps(11, ""));
  EXPECT_TRUE(keeps(11, "keep-alive"));
  EXPECT_FALSE(keeps(11, "Close"));
  EXPECT_FALSE(keeps(11, "upgrade, close"));
  EXPECT_FALSE(keeps(10, ""));
  EXPECT_TRUE(keeps(10, "Keep-Alive"));
  EXPECT_FALSE(keeps(10, "keep-alive, close"));
}

TEST(SplitTarget, TakesEveryFormApart) {
  struct Case {
    std::string method, target, path, query;
    int status;
  };
  const Case cases[] = {
      {"GET", "/", "/", "", 0},
      {"GET", "/v1/models?limit=3", "/v1/models", "limit=3", 0},
      {"GET", "//v1///models", "/v1/models", "", 0},
      {"GET", "/a?b=//c", "/a", "b=//c", 0},
      {"GET", "/a%2Fb", "/a%2Fb", "", 0},
      {"GET", "http://x/v1//y?z", "/v1/y", "z", 0},
      {"GET", "HTTPS://x:8443/", "/", "", 0},
      {"GET", "http://x", "/", "", 0},
      {"GET", "http://x?q", "/", "q", 0},
      {"OPTIONS", "*", "*", "", 0},
      {"GET", "*", "", "", 400},
      {"GET", "v1/models", "", "", 400},
      {"GET", "ftp://x/y", "", "", 400},
      {"GET", "http://user@x/", "", "", 400},
      {"GET", "http://x y/", "", "", 400},
      {"GET", "http:///y", "", "", 400},
      {"GET", "/a#b", "", "", 400},
      {"GET", "/\xc3\xa4", "", "", 400},
      {"CONNECT", "x:443", "", "", 501},
  };
  for (const auto& test : cases) {
    base::InboundRequest request;
    const auto rejection = split_target(test.method, test.target, request);
    EXPECT_EQ(rejection ? rejection->status : 0, test.status) << test.method << " " << test.target;
    if (rejection) continue;
    EXPECT_EQ(request.path, test.path) << test.target;
    EXPECT_EQ(request.query, test.query) << test.target;
  }
}

TEST(RequestId, TakesOnlyHarmlessOnes) {
  EXPECT_TRUE(is_sane_request_id("a-Z_0.9"));
  EXPECT_TRUE(is_sane_request_id(std::string(128, 'a')));
  EXPECT_FALSE(is_sane_request_id(std::string(129, 'a')));
  EXPECT_FALSE(is_sane_request_id(""));
  EXPECT_FALSE(is_sane_request_id("a b"));
  EXPECT_FALSE(is_sane_request_id("\"quoted\""));
}

}  // namespace
}  // namespace collet::net
