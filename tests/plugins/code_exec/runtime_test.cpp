#include "runtime.hpp"

#include <algorithm>
#include <array>

#include <gtest/gtest.h>

namespace code_exec {
namespace {

TEST(CodeExecRuntime, ReadsVersionsOffNames) {
  EXPECT_EQ(version_in("python3.11", "python3."), "11");
  EXPECT_EQ(version_in("ruby3.1", "ruby"), "3.1");
  EXPECT_EQ(version_in("3.3.0", ""), "3.3.0");
  for (const char* file : {"ruby", "ruby3.", "ruby.3", "ruby3.1-config", "irb3.1", "ruby3..1", "rubyx", "ruby-3", "ruby99999999999999"}) {
    EXPECT_EQ(version_in(file, "ruby"), "") << file;
  }
}

TEST(CodeExecRuntime, ComparesVersionsByNumber) {
  EXPECT_TRUE(is_older("3.9", "3.11"));
  EXPECT_TRUE(is_older("", "3"));
  EXPECT_TRUE(is_older("22", "22.13"));
  EXPECT_FALSE(is_older("22.13", "22.13"));
  EXPECT_FALSE(is_older("3", ""));
}

TEST(CodeExecRuntime, FindsWhatThereIs) {
  const std::array<std::string_view, 2> names = {"no-such-program", "env"};
  const auto found = find_interpreter("no-such-program", names);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->interpreter, without_links("/usr/bin/env"));
  EXPECT_EQ(found->version, "");
  EXPECT_FALSE(found->is_configured);
  EXPECT_FALSE(find_interpreter("no-such-program", std::span(names).first(1)).has_value());
}

TEST(CodeExecRuntime, RootsHoldTheSystemAndThePrefix) {
  const auto of_system = default_roots("/usr/bin/env");
  EXPECT_EQ(std::ranges::count(of_system, "/usr"), 1);
  const auto elsewhere = default_roots("/tmp/bin/python3");
  EXPECT_EQ(std::ranges::count(elsewhere, "/tmp"), 1);
  const auto missing = default_roots("/no/such/bin/python3");
  EXPECT_EQ(std::ranges::count(missing, "/no/such"), 0);
}

}  // namespace
}  // namespace code_exec
