#include "config/keys.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/ids.hpp"
#include "kernel/config/temp_folder.hpp"

namespace collet::config {
namespace {

using test::ScopedEnv;
using test::TempFolder;

Settings in_folder(const TempFolder& folder) {
  Settings settings;
  settings.state_dir = folder.path() + "/state";
  return settings;
}

TEST(Keys, MakesOneOnceAndKeepsItToItself) {
  const TempFolder folder;
  const ScopedEnv none("COLLET_API_KEY", nullptr);
  Settings first = in_folder(folder), second = in_folder(folder);
  const auto made = prepare_keys(first);
  ASSERT_TRUE(made) << made.error().message;
  ASSERT_EQ(first.auth.keys.size(), 1u);
  EXPECT_EQ(first.auth.keys[0].key, made->made);
  EXPECT_GE(made->made.size(), 40u);
  struct stat facts {};
  ASSERT_EQ(stat(made->stored_in.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600u);
  ASSERT_EQ(stat(first.state_dir.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0700u);

  const auto again = prepare_keys(second);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->made, "") << "shown at the first start only";
  EXPECT_EQ(again->stored_in, made->stored_in);
  EXPECT_EQ(second.auth.keys.at(0).key, made->made);
  EXPECT_EQ(stored_key(second), made->made);
}

TEST(Keys, TheEnvironmentReplacesTheMadeOne) {
  const TempFolder folder;
  const ScopedEnv given("COLLET_API_KEY", "mine");
  Settings settings = in_folder(folder);
  const auto report = prepare_keys(settings);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->made, "");
  ASSERT_EQ(settings.auth.keys.size(), 1u);
  EXPECT_EQ(settings.auth.keys[0].key, "mine");
  EXPECT_FALSE(std::filesystem::exists(settings.state_dir));
}

TEST(Keys, TheEnvironmentIsNotAddedTwice) {
  const ScopedEnv given("COLLET_API_KEY", "mine");
  Settings settings;
  settings.auth.keys = {{.id = "a", .key = "sha256:" + base::sha256_hex("mine")}};
  ASSERT_TRUE(prepare_keys(settings));
  EXPECT_EQ(settings.auth.keys.size(), 1u);
  settings.auth.keys = {{.id = "b", .key = "other"}};
  ASSERT_TRUE(prepare_keys(settings));
  EXPECT_EQ(settings.auth.keys.size(), 2u);
}

TEST(Keys, RefusesAKeyFileThatOthersCanRead) {
  const TempFolder folder;
  const ScopedEnv none("COLLET_API_KEY", nullptr);
  Settings settings;
  settings.state_dir = folder.path();
  chmod(folder.write("api_key", "leaked\n").c_str(), 0644);
  const auto report = prepare_keys(settings);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Errc::denied);
  EXPECT_EQ(stored_key(settings), "");
}

TEST(Keys, SaysWhatToDoWhereNothingCanBeStored) {
  const ScopedEnv none("COLLET_API_KEY", nullptr);
  Settings settings;
  settings.state_dir = "/proc/nowhere";
  const auto report = prepare_keys(settings);
  ASSERT_FALSE(report);
  EXPECT_NE(report.error().message.find("set COLLET_API_KEY"), std::string::npos) << report.error().message;
}

}  // namespace
}  // namespace collet::config
