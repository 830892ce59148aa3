#include "api/errors.hpp"

#include <gtest/gtest.h>

namespace collet::api {
namespace {

TEST(Errors, SayTheMessageAtBothLevels) {
  EXPECT_EQ(error_body(to_http({Errc::invalid, "messages is missing"})),
            R"({"error":{"code":400,"message":"messages is missing","type":"invalid_request_error"},"message":"messages is missing"})");
}

TEST(Errors, InTheStreamAreTheFormAllClientsTake) {
  EXPECT_EQ(error_event({500, "server_error", "upstream failed"}),
            "event:error\ndata:{\"object\":\"agent.error\",\"error\":{\"code\":500,\"message\":\"upstream failed\","
            "\"type\":\"server_error\"},\"message\":\"upstream failed\"}\n\n");
}

TEST(Errors, OfAModelsCredentialsAreNotTheCallers) {
  EXPECT_EQ(model_to_http({Errc::denied, "bad key"}).status, 502);
  EXPECT_EQ(model_to_http({Errc::limit, "slow down"}).status, 429);
  EXPECT_EQ(to_http({Errc::denied, "no"}).status, 403);
}

}  // namespace
}  // namespace collet::api
