#include "api/auth.hpp"

#include <gtest/gtest.h>

#include "base/ids.hpp"

namespace collet::api {
namespace {

config::AuthSettings two_keys() {
  config::AuthSettings auth;
  config::KeySettings plain;
  plain.id = "plain";
  plain.key = "inf-1";
  config::KeySettings hashed;
  hashed.id = "hashed";
  hashed.key = "sha256:" + base::sha256_hex("inf-2");
  auth.keys = {plain, hashed};
  return auth;
}

std::string who(base::Headers headers) {
  static const config::AuthSettings auth = two_keys();
  base::InboundRequest request;
  request.headers = std::move(headers);
  const auto key = authenticate(auth, request);
  return key ? (*key)->id : key.error().message;
}

TEST(Auth, FindsTheKeyInEitherHeader) {
  EXPECT_EQ(who({{"Authorization", "Bearer inf-1"}}), "plain");
  EXPECT_EQ(who({{"authorization", "bearer inf-1"}}), "plain");
  EXPECT_EQ(who({{"X-Api-Key", "inf-1"}}), "plain");
}

TEST(Auth, ComparesHashedKeys) {
  EXPECT_EQ(who({{"Authorization", "Bearer inf-2"}}), "hashed");
  EXPECT_EQ(who({{"Authorization", "Bearer " + base::sha256_hex("inf-2")}}), "the API key is not valid on this server");
}

TEST(Auth, RefusesWrongAndMissingKeys) {
  EXPECT_EQ(who({{"Authorization", "Bearer inf-"}}), "the API key is not valid on this server");
  EXPECT_EQ(who({{"Authorization", "Basic abc"}}),
            "no API key: send \"Authorization: Bearer KEY\" (or \"x-api-key: KEY\")");
  EXPECT_EQ(who({}), "no API key: send \"Authorization: Bearer KEY\" (or \"x-api-key: KEY\")");
}

}  // namespace
}  // namespace collet::api
