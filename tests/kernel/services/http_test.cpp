// collet.http/1, called as a plugin calls it.
#include <gtest/gtest.h>

#include "tables_fixture.hpp"

namespace collet::services {
namespace {

/// Answers every request the same, and keeps what it was asked.
class OneAnswer final : public base::Egress {
 public:
  boost::asio::awaitable<base::EgressAnswer> fetch(boost::asio::io_context&, base::EgressRequest request, base::EgressEvents events, base::CancelToken) override {
    asked.push_back(std::move(request));
    if (events.body) answer.status = events.body("piece") ? Result<void>{} : Result<void>{Error{Errc::cancelled, "no more"}};
    co_return answer;
  }
  std::vector<base::EgressRequest> asked;
  base::EgressAnswer answer{{}, {200, {{"Content-Type", "text/plain"}}}, "body", "https://example.org/there", true};
};

struct Answered {
  int times = 0;
  collet_status status = 0;
  std::string text, pieces;
  bool wants_more = true;
};

void on_answer(void* user, const collet_http_result* result) {
  auto& answered = *static_cast<Answered*>(user);
  ++answered.times;
  answered.status = result->status;
  answered.text = std::to_string(result->http_status) + " " + std::string(to_view(result->url)) + " " + std::string(to_view(result->body)) + std::string(to_view(result->message));
  for (std::uint32_t i = 0; i < result->header_count; ++i) answered.text += " " + std::string(to_view(result->headers[i].name));
  answered.text += (result->flags & COLLET_HTTP_FROM_CACHE) != 0 ? " cached" : "";
}

std::int32_t on_piece(void* user, collet_str piece) {
  auto& answered = *static_cast<Answered*>(user);
  answered.pieces += to_view(piece);
  return answered.wants_more ? 0 : 1;
}

struct Http : Tables {
  Http() {
    services = std::make_shared<Services>(settings, sandbox, nullptr, &egress);
    become({"http"});
    request.struct_size = sizeof(request);
    request.url = to_str("https://example.org/");
  }
  void become(std::vector<std::string> capabilities) {
    origin = std::make_unique<OneCall>("plug", "inst", std::move(capabilities), services);
    origin->scope->effects = COLLET_EFFECT_NETWORK;
  }
  collet_status ask(std::uint64_t id = 1) { return kHttpTable.request(call(id), &request, on_answer, &answered); }
  void work() {
    origin->scope->context.restart();
    origin->scope->context.run();
  }
  OneAnswer egress;
  collet_http_request request = {};
  Answered answered;
};

TEST_F(Http, TellsTheAnswer) {
  const collet_http_header header = {to_str("X-Mine"), to_str("1")};
  request.headers = &header;
  request.header_count = 1;
  request.timeout_ms = 60'000;
  ASSERT_EQ(ask(), COLLET_PENDING);
  EXPECT_EQ(answered.times, 0) << "nothing happens before the call's thread gets to it";
  work();
  EXPECT_EQ(answered.times, 1);
  EXPECT_EQ(answered.text, "200 https://example.org/there body content-type cached");
  ASSERT_EQ(egress.asked.size(), 1u);
  EXPECT_EQ(egress.asked[0].http.method, "GET");
  EXPECT_EQ(egress.asked[0].http.headers, (base::Headers{{"X-Mine", "1"}}));
  EXPECT_EQ(egress.asked[0].http.timeouts.total_ms, 5'000) << "never longer than the call";
  EXPECT_EQ(egress.asked[0].cache_scope, "inst");
  EXPECT_TRUE(egress.asked[0].hosts.empty());
}

TEST_F(Http, HandsOutPiecesUntilOneIsTheLast) {
  request.on_body = on_piece;
  request.flags = COLLET_HTTP_NO_CACHE | COLLET_HTTP_NO_REDIRECTS;
  answered.wants_more = false;
  ASSERT_EQ(ask(), COLLET_PENDING);
  work();
  EXPECT_EQ(answered.pieces, "piece");
  EXPECT_EQ(answered.status, COLLET_E_CANCELLED);
  EXPECT_EQ(egress.asked[0].cache_scope, "");
  EXPECT_FALSE(egress.asked[0].follows_redirects);
}

TEST_F(Http, TheManifestNamesTheHosts) {
  become({"kv", "http:api.example.org", "http:*.EXAMPLE.net"});
  ASSERT_EQ(ask(), COLLET_PENDING);
  work();
  EXPECT_EQ(egress.asked[0].hosts, (std::vector<std::string>{"api.example.org", "*.example.net"}));
}

TEST_F(Http, RefusesWhatIsNotAllowedOrMalformed) {
  EXPECT_EQ(ask(0), COLLET_E_INVALID);
  EXPECT_EQ(ask(2), COLLET_E_CLOSED);
  EXPECT_EQ(kHttpTable.request(call(), &request, nullptr, nullptr), COLLET_E_INVALID);
  request.flags = 1u << 30;
  EXPECT_EQ(ask(), COLLET_E_UNAVAILABLE);
  request.flags = 0;
  request.url = {};
  EXPECT_EQ(ask(), COLLET_E_INVALID);
  request.url = to_str("https://example.org/");
  origin->scope->effects = 0;
  EXPECT_EQ(ask(), COLLET_E_DENIED);
  origin->scope->effects = COLLET_EFFECT_NETWORK;
  services = std::make_shared<Services>(settings, sandbox);
  become({"http"});
  EXPECT_EQ(ask(), COLLET_E_UNAVAILABLE) << "a host without a way out";
}

TEST_F(Http, ACallThatIsOverAsksForNothing) {
  ASSERT_EQ(ask(), COLLET_PENDING);
  origin->scope->is_over = true;
  work();
  EXPECT_EQ(answered.status, COLLET_E_CANCELLED);
  EXPECT_TRUE(egress.asked.empty());
}

}  // namespace
}  // namespace collet::services
