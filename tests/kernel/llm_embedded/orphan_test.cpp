// The server is killed outright: nothing of the model may stay.
#include <gtest/gtest.h>

#include <csignal>

#include <sys/wait.h>
#include <unistd.h>

#include "kernel/llm_embedded/fixture.hpp"
#include "llm/embedded.hpp"

namespace collet::llm {
namespace {

struct Pids {
  pid_t runtime = -1;
  pid_t supervisor = -1;
};

[[noreturn]] void be_the_server(const testing::ModelFiles& files, int report) {
  EmbeddedModel model(files.settings(), files.scripts());
  Pids pids;
  if (testing::wait_for_url(model).ok()) {
    pids.runtime = model.status().pid;
    pids.supervisor = ::getpgid(pids.runtime);
  }
  (void)!::write(report, &pids, sizeof pids);
  while (true) ::pause();
}

TEST(EmbeddedModelOrphans, NoneAfterTheServerWasKilled) {
  const testing::ModelFiles files;
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t server = ::fork();
  if (server == 0) be_the_server(files, ends[1]);
  Pids pids;
  ASSERT_EQ(::read(ends[0], &pids, sizeof pids), static_cast<ssize_t>(sizeof pids));
  ASSERT_GT(pids.runtime, 0) << "the model did not become ready";
  const testing::Watched runtime(pids.runtime);
  const testing::Watched supervisor(pids.supervisor);
  ::kill(server, SIGKILL);
  ::waitpid(server, nullptr, 0);
  EXPECT_TRUE(supervisor.ends_within(20'000));
  EXPECT_TRUE(runtime.ends_within(20'000));
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace
}  // namespace collet::llm
