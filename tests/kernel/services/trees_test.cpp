#include "services/trees.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace collet::services {
namespace {

namespace fs = std::filesystem;

class TreeStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/collet-trees-XXXXXX";
    ASSERT_NE(::mkdtemp(name), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }

  Result<std::shared_ptr<const Tree>> keep(TreeStore& store, const std::string& key, std::uint64_t bytes = 5) {
    auto staging = store.stage();
    if (!staging) return staging.error();
    std::ofstream(staging->files() + "/text") << key;
    TreeInfo info;
    info.key = key;
    info.label = "label of " + key;
    info.bytes = bytes;
    info.files = 1;
    return store.keep(std::move(*staging), std::move(info));
  }
  static std::string text(const Tree& tree) {
    std::ifstream file(tree.folder + "/text");
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::size_t entries() const { return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), {})); }

  fs::path folder_;
};

TEST_F(TreeStoreTest, WhatWasKeptIsFoundByOthersAndLater) {
  {
    TreeStore store(folder_, 100);
    EXPECT_EQ(store.find("a"), nullptr);
    const auto kept = keep(store, "a");
    ASSERT_TRUE(kept) << kept.error().message;
    EXPECT_EQ(store.find("a"), *kept);
  }
  TreeStore later(folder_, 100);
  const auto found = later.find("a");
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(text(*found), "a");
  EXPECT_EQ(found->info.label, "label of a");
  EXPECT_EQ(found->info.bytes, 5u);
  EXPECT_EQ(entries(), 1u);
}

TEST_F(TreeStoreTest, TheFolderNeedNotBeThereBefore) {
  TreeStore store(folder_ / "not/yet", 100);
  EXPECT_TRUE(keep(store, "a"));
  TreeStore without("", 100);
  const auto kept = keep(without, "a");
  ASSERT_FALSE(kept);
  EXPECT_THAT(kept.error().message, testing::HasSubstr("state_dir"));
}

TEST_F(TreeStoreTest, AStagingFolderThatIsNotKeptGoes) {
  TreeStore store(folder_, 100);
  {
    const auto staging = store.stage();
    ASSERT_TRUE(staging);
    EXPECT_EQ(entries(), 1u);
  }
  EXPECT_EQ(entries(), 0u);
}

TEST_F(TreeStoreTest, ANewerOneTakesThePlaceOfAnOlder) {
  TreeStore store(folder_, 100);
  ASSERT_TRUE(keep(store, "a", 1));
  ASSERT_TRUE(keep(store, "a", 2));
  EXPECT_EQ(store.find("a")->info.bytes, 2u);
  EXPECT_EQ(entries(), 1u);
}

TEST_F(TreeStoreTest, OldOnesAreMadeAnewWhereThatIsAsked) {
  TreeStore store(folder_, 100);
  ASSERT_TRUE(keep(store, "a"));
  std::ofstream(folder_ / "a/about.json") << R"({"bytes": 5, "files": 1, "label": "x", "made_at_s": 1000, "used_at_s": 1000})";
  TreeStore later(folder_, 100);
  EXPECT_EQ(later.find("a", 3'600), nullptr);
  EXPECT_NE(later.find("a"), nullptr);
}

TEST_F(TreeStoreTest, TheLongestUnusedGoWhenAllAreTooLarge) {
  TreeStore store(folder_, 10);
  ASSERT_TRUE(keep(store, "a"));
  const auto in_use = store.find("a");
  ASSERT_TRUE(keep(store, "b"));
  ASSERT_TRUE(keep(store, "c"));
  EXPECT_NE(store.find("a"), nullptr) << "a box may be looking at it";
  EXPECT_EQ(store.list().size(), 2u);
  EXPECT_TRUE(fs::exists(in_use->folder));
  const auto too_large = keep(store, "d", 11);
  ASSERT_FALSE(too_large);
  EXPECT_EQ(too_large.error().code, Errc::limit);
}

TEST_F(TreeStoreTest, PruneRemovesWhatIsNotInUse) {
  TreeStore store(folder_, 100);
  ASSERT_TRUE(keep(store, "a"));
  ASSERT_TRUE(keep(store, "b"));
  const auto in_use = store.find("a");
  const auto removed = store.prune(0);
  ASSERT_EQ(removed.size(), 1u);
  EXPECT_EQ(removed[0].key, "b");
  EXPECT_EQ(entries(), 1u);
}

TEST_F(TreeStoreTest, OneThatAnotherProcessPrunedIsNotFound) {
  TreeStore store(folder_, 100);
  ASSERT_TRUE(keep(store, "a"));
  fs::remove_all(folder_ / "a");
  EXPECT_EQ(store.find("a"), nullptr);
}

TEST_F(TreeStoreTest, HalfATreeIsNone) {
  fs::create_directories(folder_ / "a/files");
  fs::create_directories(folder_ / "b");
  std::ofstream(folder_ / "b/about.json") << R"({"bytes": 1})";
  TreeStore store(folder_, 100);
  EXPECT_EQ(store.find("a"), nullptr);
  EXPECT_EQ(store.find("b"), nullptr);
  EXPECT_TRUE(keep(store, "a")) << "and is in nobody's way";
}

TEST_F(TreeStoreTest, OneMakesAndItsFailureIsRemembered) {
  TreeStore store(folder_, 100);
  EXPECT_TRUE(store.claim("a"));
  EXPECT_FALSE(store.claim("a"));
  store.unclaim("a");
  EXPECT_TRUE(store.claim("a"));
  sandbox::BoxResult said;
  said.stderr_text = "no such package";
  store.note_failure("a", said);
  const auto failure = store.recent_failure("a");
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->stderr_text, "no such package");
  EXPECT_FALSE(store.recent_failure("b"));
}

}  // namespace
}  // namespace collet::services
