#include "base/cancel.hpp"

#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace collet::base {
namespace {

const Error kReason{Errc::cancelled, "enough"};

TEST(Cancel, TellsEachCallbackOnce) {
  CancelSource source;
  const CancelToken token = source.token();
  std::string told;
  const auto first = token.on_cancel([&] { told += 'a'; });
  const auto second = token.on_cancel([&] { told += 'b'; });
  EXPECT_FALSE(token.cancelled());
  source.cancel(kReason);
  source.cancel(Error{Errc::timeout, "later"});
  EXPECT_EQ(told, "ab");
  EXPECT_TRUE(token.cancelled());
  EXPECT_EQ(token.reason(), kReason);
}

TEST(Cancel, TellsAtOnceWhenItIsTooLate) {
  CancelSource source;
  source.cancel(kReason);
  int told = 0;
  const auto registration = source.token().on_cancel([&] { ++told; });
  EXPECT_EQ(told, 1);
}

TEST(Cancel, AnEndedRegistrationIsSilent) {
  CancelSource source;
  int told = 0;
  {
    const auto registration = source.token().on_cancel([&] { ++told; });
  }
  auto moved_from = source.token().on_cancel([&] { told += 10; });
  const auto moved_to = std::move(moved_from);
  auto replaced = source.token().on_cancel([&] { told += 100; });
  replaced = CancelToken::Registration();
  source.cancel(kReason);
  EXPECT_EQ(told, 10);
}

TEST(Cancel, ACallbackMayEndRegistrationsAndMakeNewOnes) {
  CancelSource source;
  const CancelToken token = source.token();
  std::string told;
  std::optional<CancelToken::Registration> other, own, late;
  own = token.on_cancel([&] {
    told += '1';
    other.reset();
    own.reset();
    late = token.on_cancel([&] { told += 'l'; });
  });
  other = token.on_cancel([&] { told += '2'; });
  source.cancel(kReason);
  EXPECT_TRUE(told == "1l2" || told == "1l") << told;
}

TEST(Cancel, TokensOutliveTheSource) {
  CancelToken token;
  CancelToken::Registration registration;
  EXPECT_FALSE(token.cancelled());
  {
    CancelSource source;
    token = source.token();
    registration = token.on_cancel([] { FAIL(); });
  }
  EXPECT_FALSE(token.cancelled());
}

TEST(Cancel, ADefaultTokenIsNeverCancelled) {
  const CancelToken never;
  const auto registration = never.on_cancel([] { FAIL(); });
  EXPECT_FALSE(never.cancelled());
}

}  // namespace
}  // namespace collet::base
