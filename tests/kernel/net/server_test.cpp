// Requests and responses over real sockets.
#include "net/server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collet/json.hpp"
#include "kernel/net/raw_client.hpp"
#include "kernel/net/test_server.hpp"

namespace collet::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string get(const std::string& target, const std::string& more = "") {
  return "GET " + target + " HTTP/1.1\r\nHost: x\r\n" + more + "\r\n";
}

TEST(Server, AnswersAndKeepsTheConnection) {
  TestServer server;
  RawClient client(server.port());
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(client.send("POST /echo//x?q=1 HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody"));
    const std::string response = client.read_response();
    EXPECT_EQ(status_of(response), "200") << response;
    EXPECT_EQ(body_of(response), "POST /echo/x [q=1] body");
    EXPECT_EQ(header_of(response, "connection"), "keep-alive");
    EXPECT_EQ(header_of(response, "x-request-id").size(), 36u) << response;
    EXPECT_THAT(header_of(response, "date"), HasSubstr("GMT"));
  }
  EXPECT_EQ(server.server->connections(), 1u);
}

TEST(Server, EchoesASaneRequestId) {
  TestServer server;
  RawClient client(server.port());
  client.send(get("/", "X-Request-Id: abc-1.2_3\r\n"));
  EXPECT_EQ(header_of(client.read_response(), "x-request-id"), "abc-1.2_3");
  client.send(get("/", "X-Request-Id: <script>\r\n"));
  EXPECT_EQ(header_of(client.read_response(), "x-request-id").size(), 36u);
}

TEST(Server, ServesPipelinedRequestsInOrder) {
  TestServer server;
  RawClient client(server.port());
  client.send(get("/delay?50") + get("/b") + "POST /c HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi" + get("/d"));
  EXPECT_EQ(body_of(client.read_response()), "GET /delay [50] ");
  EXPECT_EQ(body_of(client.read_response()), "GET /b [] ");
  EXPECT_EQ(body_of(client.read_response()), "POST /c [] hi");
  EXPECT_EQ(body_of(client.read_response()), "GET /d [] ");
}

TEST(Server, ClosesWhenAsked) {
  TestServer server;
  for (const std::string request :
       {"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "GET / HTTP/1.0\r\n\r\n"}) {
    RawClient client(server.port());
    client.send(request);
    const std::string response = client.read_all();
    EXPECT_EQ(header_of(response, "connection"), "close") << request;
    EXPECT_EQ(body_of(response), "GET / [] ");
  }
  RawClient client(server.port());
  client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(header_of(client.read_response(), "connection"), "keep-alive");
  client.send("GET /2 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(body_of(client.read_response()), "GET /2 [] ");
}

TEST(Server, HeadHasNoBody) {
  TestServer server;
  RawClient client(server.port());
  client.send("HEAD /h HTTP/1.1\r\nHost: x\r\n\r\n" + get("/next"));
  const std::string head = client.read_until("\r\n\r\n");
  EXPECT_EQ(header_of(head, "content-length"), "11") << head;
  EXPECT_EQ(body_of(client.read_response()), "GET /next [] ");
  client.send("HEAD /stream HTTP/1.1\r\nHost: x\r\n\r\n" + get("/next"));
  EXPECT_THAT(client.read_until("\r\n\r\n"), StartsWith("HTTP/1.1 200"));
  EXPECT_EQ(body_of(client.read_response()), "GET /next [] ");
}

TEST(Server, BodilessStatusHasNoBody) {
  TestServer server;
  RawClient client(server.port());
  for (const std::string status : {"204", "304"}) {
    client.send(get("/answers?" + status));
    const std::string head = client.read_until("\r\n\r\n");
    EXPECT_EQ(status_of(head), status);
    EXPECT_EQ(header_of(head, "content-length"), "");
  }
  client.send(get("/next"));
  EXPECT_EQ(body_of(client.read_response()), "GET /next [] ");
}

TEST(Server, SaysContinueWhenAsked) {
  TestServer server;
  RawClient client(server.port());
  client.send("POST /e HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("hi");
  EXPECT_EQ(body_of(client.read_response()), "POST /e [] hi");
  // The body is here already: no need to say so.
  client.send("POST /e HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\nhi");
  EXPECT_EQ(status_of(client.read_response()), "200");
}

TEST(Server, RefusesTooLargeABodyBeforeItComes) {
  config::LimitSettings limits;
  limits.body_bytes_max = 1000;
  TestServer server(limits);
  RawClient client(server.port());
  client.send("POST /e HTTP/1.1\r\nHost: x\r\nContent-Length: 5000000\r\nExpect: 100-continue\r\n\r\n");
  const std::string response = client.read_all();
  EXPECT_EQ(status_of(response), "413") << response;
  // One that is being sent all the same still gets to see the answer.
  RawClient eager(server.port());
  eager.send("POST /e HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n" + std::string(1'000'000, 'x'));
  const std::string seen = eager.read_all();
  EXPECT_EQ(status_of(seen), "413") << seen.substr(0, 200);
  EXPECT_THAT(seen, testing::Not(HasSubstr("[reset]")));
}

TEST(Server, TakesLargeBodies) {
  config::LimitSettings limits;
  limits.body_bytes_max = 4 << 20;
  TestServer server(limits);
  RawClient client(server.port());
  const std::string body(3 << 20, 'x');
  client.send("POST /e HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  EXPECT_EQ(client.read_response().size() > body.size(), true);
}

struct BadRequest {
  std::string_view name, text, status;
};

// What bare Beast lets pass, and the usual ways to smuggle a second request.
const BadRequest kBadRequests[] = {
    {"no_host", "GET / HTTP/1.1\r\n\r\n", "400"},
    {"two_hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400"},
    {"bad_host", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", "400"},
    {"obs_fold", "GET / HTTP/1.1\r\nHost: a\r\nx: 1\r\n 2\r\n\r\n", "400"},
    {"bare_lf", "GET / HTTP/1.1\nHost: a\n\n", "400"},
    {"space_before_colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n", "400"},
    {"control_in_header", "GET / HTTP/1.1\r\nHost: a\r\nx: \x02\r\n\r\n", "400"},
    {"chunked_on_1_0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400"},
    {"te_and_cl", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400"},
    {"te_unknown", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", "501"},
    {"te_chunked_not_last", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n", "501"},
    {"te_twice", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n", "400"},
    {"te_disguised", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \x0b" "chunked\r\n\r\n", "400"},
    {"cl_twice", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", "400"},
    {"cl_negative", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", "400"},
    {"cl_list", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\na", "400"},
    {"http_2", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", "505"},
    {"http_0_9", "GET /\r\n\r\n", "400"},
    {"expectation", "GET / HTTP/1.1\r\nHost: a\r\nExpect: 200-ok\r\n\r\n", "417"},
    {"connect", "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", "501"},
    {"fragment", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", "400"},
    {"garbage", "\x16\x03\x01\x02\r\n\r\n", "400"},
    {"chunk_size", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n", "400"},
};

class BadRequestTest : public testing::TestWithParam<BadRequest> {};

TEST_P(BadRequestTest, GetsAClearErrorAndTheConnectionEnds) {
  TestServer server({}, {}, 1);
  RawClient client(server.port());
  // Whatever follows must not be taken for a request.
  client.send(std::string(GetParam().text) + get("/smuggled"));
  const std::string response = client.read_all();
  EXPECT_EQ(status_of(response), GetParam().status) << response;
  EXPECT_EQ(header_of(response, "connection"), "close");
  EXPECT_EQ(header_of(response, "content-type"), "application/json");
  EXPECT_NE(header_of(response, "x-request-id"), "");
  const auto body = Value::parse(body_of(response));
  ASSERT_TRUE(body) << response;
  EXPECT_EQ((*body)["error"]["code"].as_int64(), std::stoll(std::string(GetParam().status)));
  EXPECT_EQ((*body)["error"]["type"].string_or(""), "invalid_request_error");
  EXPECT_EQ((*body)["message"].string_or("-"), (*body)["error"]["message"].string_or("+"));
  EXPECT_EQ(server.seen.requests, 0) << "a handler was called";
}

INSTANTIATE_TEST_SUITE_P(Table, BadRequestTest, testing::ValuesIn(kBadRequests),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(Server, AbsoluteFormAndOptionsReachTheHandler) {
  TestServer server;
  RawClient client(server.port());
  client.send("GET http://x//a//b?c HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(body_of(client.read_response()), "GET /a/b [c] ");
  client.send("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(body_of(client.read_response()), "OPTIONS * [] ");
}

TEST(Server, AHandlersFaultIsA500) {
  TestServer server;
  for (const std::string path : {"/silent", "/throw"}) {
    RawClient client(server.port());
    client.send(get(path, "x-request-id: known\r\n"));
    const std::string response = client.read_all();
    EXPECT_EQ(status_of(response), "500") << path;
    EXPECT_EQ(header_of(response, "x-request-id"), "known");
    EXPECT_TRUE(Value::parse(body_of(response))) << response;
  }
}

TEST(Server, AHandlersHeaderCannotSplitTheResponse) {
  TestServer server;
  RawClient client(server.port());
  client.send(get("/split"));
  const std::string response = client.read_response();
  EXPECT_EQ(header_of(response, "x-note"), "a  x-injected: yes");
  EXPECT_EQ(header_of(response, "x-injected"), "");
}

TEST(Server, RefusesMoreConnectionsThanAllowed) {
  config::LimitSettings limits;
  limits.connections_max = 2;
  TestServer server(limits);
  RawClient one(server.port()), two(server.port());
  one.send(get("/1"));
  two.send(get("/2"));
  EXPECT_EQ(status_of(one.read_response()), "200");
  EXPECT_EQ(status_of(two.read_response()), "200");
  {
    RawClient three(server.port());
    const std::string response = three.read_all();
    EXPECT_EQ(status_of(response), "503") << response;
    EXPECT_THAT(response, HasSubstr("limits.connections_max"));
  }
  one.close();
  ASSERT_TRUE(eventually([&] { return server.server->connections() < 2; }));
  RawClient four(server.port());
  four.send(get("/4"));
  EXPECT_EQ(status_of(four.read_response()), "200");
}

TEST(Server, RefusesMoreConnectionsOfOneAddressThanAllowed) {
  config::LimitSettings limits;
  limits.connections_per_ip_max = 1;
  TestServer server(limits);
  RawClient one(server.port());
  one.send(get("/1"));
  EXPECT_EQ(status_of(one.read_response()), "200");
  RawClient two(server.port());
  EXPECT_THAT(two.read_all(), HasSubstr("connections_per_ip_max"));
}

TEST(Server, SharesConnectionsOutAmongTheThreads) {
  TestServer server({}, {}, 2);
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 8; ++i) {
    clients.push_back(std::make_unique<RawClient>(server.port()));
    clients.back()->send(get("/" + std::to_string(i)));
  }
  for (int i = 0; i < 8; ++i) EXPECT_EQ(body_of(clients[i]->read_response()), "GET /" + std::to_string(i) + " [] ");
  EXPECT_EQ(server.server->connections(), 8u);
}

TEST(Server, SaysWhatIsWrongWithAListenAddress) {
  base::IoThreads io(1);
  for (const std::string listen : {"", "8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:70000", ":80"}) {
    config::ServerSettings settings;
    settings.listen = listen;
    const base::RequestHandler handler = [](auto&, auto&) -> boost::asio::awaitable<void> { co_return; };
    const auto server = net::Server::start(io, settings, {}, {handler});
    ASSERT_FALSE(server) << listen;
    EXPECT_EQ(server.error().code, Errc::invalid);
    EXPECT_THAT(server.error().message, HasSubstr("server.listen: \"" + listen + "\""));
  }
  TestServer running;
  config::ServerSettings settings;
  settings.listen = running.server->address();
  const base::RequestHandler handler = [](auto&, auto&) -> boost::asio::awaitable<void> { co_return; };
  const auto second = net::Server::start(io, settings, {}, {handler});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::unavailable) << second.error().message;
}

}  // namespace
}  // namespace collet::test
