#include "net/curl_url.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace collet::net {
namespace {

using testing::HasSubstr;

std::string shown(const Result<EgressUrl>& url) {
  return url ? url->origin() + " " + url->text : std::string(name(url.error().code)) + ": " + url.error().message;
}

TEST(EgressUrl, IsReadAsTheTransportReadsIt) {
  EXPECT_EQ(shown(parse_egress_url("HTTP://Example.ORG/a?b#c")), "http://example.org:80 http://example.org/a?b");
  EXPECT_EQ(shown(parse_egress_url("https://example.org.:8443")), "https://example.org:8443 https://example.org.:8443/");
  EXPECT_EQ(shown(parse_egress_url("http://[2001:DB8::1]:81/x")), "http://[2001:db8::1]:81 http://[2001:db8::1]:81/x");
}

// Each of these is 127.0.0.1 to some reader of URLs.
TEST(EgressUrl, OddSpellingsOfAddressesAreTheUsualOne) {
  for (const char* url : {"http://127.1/", "http://0x7f.0.0.1/", "http://2130706433/", "http://0177.0.0.1/", "http://0x7f000001/", "http://127.0.0.1./"}) {
    EXPECT_EQ(parse_egress_url(url)->host, "127.0.0.1") << url;
  }
}

TEST(EgressUrl, WhatIsNoUrlOfTheWebIsRefused) {
  for (const char* url : {"", "/x", "example.org", "file:///etc/passwd", "gopher://x/", "ftp://x/", "http://", "http://a b/", "http://x:0/",
                          "http://x:65536/", "javascript:alert(1)", "http://[::1", "data:text/plain,x"}) {
    const auto read = parse_egress_url(url);
    ASSERT_FALSE(read) << url << " is " << shown(read);
    EXPECT_EQ(read.error().code, Errc::invalid) << url;
  }
  EXPECT_THAT(shown(parse_egress_url("file:///etc/passwd")), HasSubstr("has the scheme \"file\"; expected http or https"));
}

TEST(EgressUrl, CredentialsAndInterfacesAreDenied) {
  for (const char* url : {"http://user@example.org/", "http://user:pass@example.org/", "http://:pass@example.org/", "http://example.org@127.0.0.1/",
                          "http://[fe80::1%25eth0]/"}) {
    const auto read = parse_egress_url(url);
    ASSERT_FALSE(read) << url << " is " << shown(read);
    EXPECT_EQ(read.error().code, Errc::denied) << url;
  }
}

TEST(EgressUrl, RelativeOnesCountFromTheLast) {
  const std::string from = "https://example.org/a/b?c";
  EXPECT_EQ(parse_egress_url("d", from)->text, "https://example.org/a/d");
  EXPECT_EQ(parse_egress_url("/d?e", from)->text, "https://example.org/d?e");
  EXPECT_EQ(parse_egress_url("//other.example/", from)->text, "https://other.example/");
  EXPECT_EQ(parse_egress_url("http://other.example/", from)->text, "http://other.example/");
  EXPECT_FALSE(parse_egress_url("file:///etc/passwd", from));
}

TEST(EgressUrl, PatternsOfHosts) {
  EXPECT_TRUE(fits_host("example.org", "example.org"));
  EXPECT_FALSE(fits_host("example.org", "a.example.org"));
  EXPECT_TRUE(fits_host("*.example.org", "a.b.example.org"));
  EXPECT_FALSE(fits_host("*.example.org", "example.org"));
  EXPECT_FALSE(fits_host("*.example.org", "badexample.org"));
}

}  // namespace
}  // namespace collet::net
