#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/ids.hpp"
#include "kernel/llm_embedded/fixture.hpp"
#include "llm/model_store.hpp"

namespace collet::llm {
namespace {

using ::testing::HasSubstr;
using testing::ModelFiles;

TEST(ModelStore, PullsChecksAndRemembers) {
  const ModelFiles files;
  std::vector<std::string> steps;
  const auto done = pull_model(files.scripts(), files.settings(), [&](const PullProgress& progress) {
    steps.push_back(progress.step);
    return true;
  });
  ASSERT_TRUE(done.ok()) << done.error().message;
  EXPECT_EQ(done->model, "tiny");
  EXPECT_EQ(done->runtime, "fake");
  EXPECT_NE(std::find(steps.begin(), steps.end(), "downloading"), steps.end());
  const auto status = model_status(files.scripts(), files.settings());
  ASSERT_TRUE(status.ok()) << status.error().message;
  ASSERT_EQ(status->files.size(), 1u);
  EXPECT_TRUE(status->files[0].checked);
  EXPECT_TRUE(status->complete());
}

TEST(ModelStore, DeletesAndReportsAWrongHash) {
  const ModelFiles files;
  files.write("origin.bin", "evil weights");  // the right length
  std::string deleted;
  const auto done = pull_model(files.scripts(), files.settings(), [&](const PullProgress& progress) {
    if (progress.step == "deleted") deleted = progress.message;
    return true;
  });
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().code, Errc::unavailable);
  EXPECT_NE(done.error().message.find(base::sha256_hex("evil weights")), std::string::npos) << done.error().message;
  EXPECT_NE(done.error().message.find(base::sha256_hex(ModelFiles::kBytes)), std::string::npos) << done.error().message;
  EXPECT_NE(deleted.find("deleted"), std::string::npos) << deleted;
  EXPECT_FALSE(files.exists("store/tiny.bin"));
  EXPECT_FALSE(files.exists("store/tiny.bin.partial"));
}

TEST(ModelStore, ReplacesAFileThatWentBad) {
  const ModelFiles files;
  files.write("store/tiny.bin", "rotten bytes");
  const auto done = pull_model(files.scripts(), files.settings(), nullptr);
  ASSERT_TRUE(done.ok()) << done.error().message;
  const auto status = model_status(files.scripts(), files.settings());
  ASSERT_TRUE(status.ok()) << status.error().message;
  EXPECT_TRUE(status->files.at(0).checked);
}

TEST(ModelStore, RefusesButKeepsAWrongFileOfTheUser) {
  const ModelFiles files;
  files.write("mine.gguf", "evil weights");
  auto settings = files.settings();
  settings.embedded.weights_file = (files.folder / "mine.gguf").string();
  const auto refused = pull_model(files.scripts(), settings, nullptr);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Errc::invalid);
  EXPECT_NE(refused.error().message.find("mine.gguf"), std::string::npos) << refused.error().message;
  EXPECT_TRUE(files.exists("mine.gguf"));

  settings.embedded.weights_sha256 = base::sha256_hex("evil weights");
  const auto taken = pull_model(files.scripts(), settings, nullptr);
  EXPECT_TRUE(taken.ok()) << taken.error().message;
  EXPECT_FALSE(files.exists("store/tiny.bin")) << "nothing had to be fetched";
}

TEST(ModelStore, GivesUpWhenTheCallerDoes) {
  const ModelFiles files;
  const auto given_up = pull_model(files.scripts(), files.settings(), [](const PullProgress&) { return false; });
  ASSERT_FALSE(given_up.ok());
  EXPECT_EQ(given_up.error().code, Errc::cancelled);
  EXPECT_THAT(given_up.error().message, HasSubstr("goes on from there"));
}

TEST(ModelStore, ABuildThatIsGivenUpPromisesNoContinuation) {
  const ModelFiles files;
  files.write("manage.py", "import sys\nprint('{\"event\": \"working\"}', flush=True)\nsys.stdin.read()\n");
  ModelScripts scripts = files.scripts();
  scripts.folder = files.folder.string();
  const auto given_up = build_runtime(scripts, files.settings(), [](const PullProgress&) { return false; });
  ASSERT_FALSE(given_up.ok());
  EXPECT_EQ(given_up.error(), (Error{Errc::cancelled, "the build was given up; the runtime is as it was"}));
}

TEST(ModelStore, RemovesWhatItFetched) {
  const ModelFiles files;
  ASSERT_TRUE(pull_model(files.scripts(), files.settings(), nullptr).ok());
  const auto removed = remove_model(files.scripts(), files.settings());
  ASSERT_TRUE(removed.ok()) << removed.error().message;
  EXPECT_EQ(removed->bytes, static_cast<std::int64_t>(std::string(ModelFiles::kBytes).size()));
  EXPECT_FALSE(files.exists("store/tiny.bin"));
  EXPECT_TRUE(files.exists("origin.bin"));
}

TEST(ModelStore, NamesAnUnknownModelAndTheKnownOnes) {
  const ModelFiles files;
  auto settings = files.settings();
  settings.upstream_model = "huge";
  const auto status = model_status(files.scripts(), settings);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, Errc::invalid);
  EXPECT_NE(status.error().message.find("known: tiny"), std::string::npos) << status.error().message;
}

}  // namespace
}  // namespace collet::llm
