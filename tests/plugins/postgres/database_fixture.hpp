// One primary and one follower for all tests of a binary, and the plugin in a fake host.
#pragma once

#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collet/testing/fake_host.hpp"
#include "plugins/postgres/cluster.hpp"

namespace collet::test {

/// Roles: root_role (superuser), owner (owns everything of the shop), reader (may only select).
struct Servers {
  Servers();
  std::unique_ptr<PgServer> primary, follower;
  static Servers& shared();
};

class Database : public ::testing::Test {
 protected:
  Database() : servers_(Servers::shared()) { reload("{}"); }

  /// A new instance of the plugin with these options.
  void reload(const std::string& config);
  /// @param attachment P_ or F_ (primary, follower) and a role in upper case.
  testing::FakeResult query(const std::string& text, const std::string& attachment = "F_READER", const std::string& tool_params = "{}",
                            std::int64_t timeout_ms = 20'000);
  std::string answer(const std::string& text, const std::string& attachment = "F_READER", const std::string& tool_params = "{}") {
    return query(text, attachment, tool_params).text();
  }
  testing::FakeCallOptions options(const std::string& tool_params = "{}", std::int64_t timeout_ms = 20'000) const;

  Servers& servers_;
  std::unique_ptr<testing::FakeHost> host_;
};

}  // namespace collet::test
