#include "net/response_head.hpp"

#include <gtest/gtest.h>

#include "collet/json.hpp"
#include "net/census.hpp"

namespace collet::net {
namespace {

TEST(ResponseHead, WritesWhatClientsNeed) {
  const base::Headers headers{{"content-type", "text/plain"}};
  std::string out;
  append_head(out, {.status = 200, .headers = &headers, .request_id = "r1", .date = "D", .content_length = 12});
  EXPECT_EQ(out,
            "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nx-request-id: r1\r\nDate: D\r\n"
            "Content-Length: 12\r\nConnection: keep-alive\r\n\r\n");
}

TEST(ResponseHead, LetsNoHeaderSplitTheResponse) {
  const base::Headers headers{{"x-a", "1\r\nx-evil: 2"}, {"bad name", "3"}, {"", "4"},
                              {"Content-Length", "99"}, {"Transfer-Encoding", "chunked"}};
  std::string out;
  append_head(out, {.headers = &headers, .date = "D", .framing = BodyFraming::none, .keep_alive = false});
  EXPECT_EQ(out, "HTTP/1.1 200 OK\r\nx-a: 1  x-evil: 2\r\nDate: D\r\nConnection: close\r\n\r\n");
}

TEST(ResponseHead, ErrorBodyIsTheDocumentedOne) {
  const auto body = Value::parse(error_body(400, "say \"why\""));
  ASSERT_TRUE(body) << body.error().message;
  EXPECT_EQ((*body)["message"].string_or(""), "say \"why\"");
  EXPECT_EQ((*body)["error"]["code"].as_int64(), 400);
  EXPECT_EQ((*body)["error"]["message"].string_or(""), "say \"why\"");
  EXPECT_EQ((*body)["error"]["type"].string_or(""), "invalid_request_error");
}

TEST(ResponseHead, DateIsTheOneOfTheRfc) { EXPECT_EQ(http_date(784'887'151), "Tue, 15 Nov 1994 08:12:31 GMT"); }

TEST(Chunk, AnEmptyPieceDoesNotEndTheBody) {
  std::string out;
  append_chunk(out, "");
  append_chunk(out, std::string(17, 'x'));
  EXPECT_EQ(out, "11\r\n" + std::string(17, 'x') + "\r\n");
}

TEST(Census, CountsAndGivesBack) {
  const auto census = std::make_shared<Census>(3, 2);
  {
    const auto a1 = Census::enter(census, "a"), a2 = Census::enter(census, "a"), a3 = Census::enter(census, "a");
    EXPECT_TRUE(a1 && a2);
    ASSERT_FALSE(a3);
    EXPECT_NE(a3.error().message.find("connections_per_ip_max"), std::string::npos) << a3.error().message;
    const auto b1 = Census::enter(census, "b"), b2 = Census::enter(census, "c");
    EXPECT_TRUE(b1);
    ASSERT_FALSE(b2);
    EXPECT_NE(b2.error().message.find("limits.connections_max"), std::string::npos) << b2.error().message;
    EXPECT_EQ(census->connections(), 3u);
  }
  EXPECT_EQ(census->connections(), 0u);
}

}  // namespace
}  // namespace collet::net
