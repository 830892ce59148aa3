// What a caller of Sandbox::run gets back.
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "hostile/box_test.hpp"

namespace collet::sandbox {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using RunTest = BoxTest;

TEST_F(RunTest, TellsExitCodeAndBothStreams) {
  const auto result = run(shell("echo out; echo err >&2; exit 7"));
  EXPECT_EQ(result.outcome, Outcome::exited) << describe(result);
  EXPECT_EQ(result.returncode, 7);
  EXPECT_EQ(result.stdout_text, "out\n");
  EXPECT_EQ(result.stderr_text, "err\n");
  EXPECT_EQ(result.message, "");
  EXPECT_GT(result.wall_us, 0u);
  EXPECT_GT(result.cpu_us, 0u);
  EXPECT_GT(result.max_rss_bytes, 0u);
}

TEST_F(RunTest, TellsTheSignal) {
  for (const auto& [script, signal] : std::vector<std::pair<std::string, int>>{{"kill -9 $$", 9}, {"kill -SEGV $$", 11}, {"kill -ABRT $$", 6}}) {
    const auto result = run(shell(script));
    EXPECT_EQ(result.outcome, Outcome::signalled) << describe(result);
    EXPECT_EQ(result.signal, signal);
    EXPECT_EQ(result.returncode, -signal);
    EXPECT_THAT(result.message, HasSubstr("signal " + std::to_string(signal)));
  }
}

TEST_F(RunTest, EndsAtTheTimeLimitWithWhatWasPrinted) {
  BoxSpec spec = shell("echo before; sleep 30; echo after");
  spec.timeout_ms = 400;
  const auto result = run(std::move(spec));
  EXPECT_EQ(result.outcome, Outcome::timeout) << describe(result);
  EXPECT_EQ(result.returncode, -2);
  EXPECT_EQ(result.stdout_text, "before\n");
  EXPECT_THAT(result.message, HasSubstr("400 ms"));
  EXPECT_GE(result.wall_us, 300'000u);
  EXPECT_LT(result.wall_us, 2'000'000u);
}

TEST_F(RunTest, APoliteEndComesFirst) {
  BoxSpec spec = shell("trap 'echo cleaning up; exit 0' TERM; echo ready; sleep 30 & wait");
  spec.timeout_ms = 400;
  const auto result = run(std::move(spec));
  EXPECT_EQ(result.outcome, Outcome::timeout) << describe(result);
  EXPECT_EQ(result.returncode, -2);
  EXPECT_EQ(result.stdout_text, "ready\ncleaning up\n");
}

TEST_F(RunTest, InputsTravelByDescriptor) {
  BoxSpec spec = shell("cat; cat <&3; cat <&9");
  spec.inputs = {{0, "zero "}, {3, "three "}, {9, std::string(300'000, 'x')}};
  const auto result = run(std::move(spec));
  EXPECT_EQ(result.outcome, Outcome::exited) << describe(result);
  EXPECT_THAT(result.stdout_text, StartsWith("zero three xxx"));
  EXPECT_EQ(result.stdout_omitted_bytes + 64 * 1024, 300'011u);
}

TEST_F(RunTest, DescriptorZeroWithoutInputReadsTheEnd) {
  const auto result = run(shell("cat; echo done"));
  EXPECT_EQ(result.stdout_text, "done\n") << describe(result);
}

TEST_F(RunTest, InputsCannotBeChanged) {
  BoxSpec spec = python("import os\nfor flags in (os.O_WRONLY, os.O_RDWR):\n"
                        "  try: os.write(os.open('/proc/self/fd/4', flags), b'x'); print('changed')\n"
                        "  except OSError as e: print(e.errno)\n");
  spec.inputs.push_back({4, "data"});
  EXPECT_EQ(run(std::move(spec)).stdout_text, "1\n1\n");
}

TEST_F(RunTest, WhatGoesToTheCaptureDescriptorComesBack) {
  BoxSpec spec = shell("echo shown; printf 'caught\\000' >&4");
  spec.capture_fd = 4;
  const auto result = run(std::move(spec));
  EXPECT_EQ(result.stdout_text, "shown\n") << describe(result);
  EXPECT_EQ(result.captured, std::string("caught\0", 7)) << "bytes as they are";
}

TEST_F(RunTest, CapturedBytesHaveALimit) {
  BoxSpec spec = shell("head -c 1000000 /dev/zero >&4");
  spec.capture_fd = 4;
  EXPECT_EQ(run(std::move(spec)).captured.size(), 64u << 10);
}

TEST_F(RunTest, TheEnvironmentIsWhatWasGivenAndAHome) {
  BoxSpec spec = shell("");
  spec.argv = {"/usr/bin/env"};
  spec.env = {"A=1", "B=two words"};
  EXPECT_EQ(run(spec).stdout_text, "A=1\nB=two words\nHOME=/work\n");
  spec.env = {"HOME=/tmp"};
  EXPECT_EQ(run(spec).stdout_text, "HOME=/tmp\n");
}

TEST_F(RunTest, StartsInAFreshWorkFolder) {
  const auto result = run(shell("pwd; ls -A; echo x > file; ls; ls -A /tmp /dev/shm; hostname; id -u"));
  EXPECT_EQ(result.stdout_text, "/work\nfile\n/dev/shm:\n\n/tmp:\nbox\n1000\n") << describe(result);
  EXPECT_EQ(run(shell("ls -A")).stdout_text, "") << "the next box starts empty";
}

TEST_F(RunTest, StartsInTheAppFolderAndCannotWriteIt) {
  char name[] = "/tmp/collet-app-XXXXXX";
  ASSERT_NE(::mkdtemp(name), nullptr);
  ::chmod(name, 0755);
  std::ofstream(std::string(name) + "/app.txt") << "hello\n";
  BoxSpec spec = shell("pwd; cat app.txt; echo x > new || echo refused; echo x > app.txt || echo refused");
  spec.app_root = name;
  const auto result = run(std::move(spec));
  EXPECT_EQ(result.stdout_text, "/app\nhello\nrefused\nrefused\n") << describe(result);
  std::filesystem::remove_all(name);
}

TEST_F(RunTest, FilesOnlyTheirOwnerMayReadCanBeAnApp) {
  char name[] = "/var/tmp/collet-app-XXXXXX";
  ASSERT_NE(::mkdtemp(name), nullptr);
  const std::string file = std::string(name) + "/private.txt";
  std::ofstream(file) << "for the app\n";
  BoxSpec spec = shell("cat private.txt; ls -ln private.txt | cut -d' ' -f3; echo x > private.txt; chmod 644 private.txt; rm private.txt");
  spec.app_root = name;
  for (const uid_t owner : {0u, 12'345u}) {
    ASSERT_EQ(::chown(name, owner, owner), 0);
    ASSERT_EQ(::chown(file.c_str(), owner, owner), 0);
    ::chmod(file.c_str(), 0600);
    const auto result = run(spec);
    EXPECT_EQ(result.stdout_text, "for the app\n1000\n") << describe(result);
    struct stat info{};
    ASSERT_EQ(::stat(file.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0600u);
    EXPECT_EQ(info.st_uid, owner);
  }
  std::filesystem::remove_all(name);
}

TEST_F(RunTest, AClosedParentFolderDoesNotHideARoot) {
  if (::geteuid() != 0) FAIL() << "needs root, as an installed server has when it starts";
  char name[] = "/tmp/collet-root-XXXXXX";
  ASSERT_NE(::mkdtemp(name), nullptr);  // 0700
  const std::string inner = std::string(name) + "/inner";
  std::filesystem::create_directory(inner);
  std::ofstream(inner + "/file") << "found\n";
  BoxSpec spec = shell("cat " + inner + "/file; ls " + std::string(name));
  spec.roots.push_back(inner);
  EXPECT_EQ(run(std::move(spec)).stdout_text, "found\ninner\n");
  std::filesystem::remove_all(name);
}

TEST_F(RunTest, LongOutputKeepsItsEnds) {
  const auto result = run(python("for i in range(100000): print('line', i)"));
  EXPECT_EQ(result.outcome, Outcome::exited) << result.message;
  EXPECT_THAT(result.stdout_text, StartsWith("line 0\nline 1\n"));
  EXPECT_THAT(result.stdout_text, HasSubstr(" bytes omitted]\n"));
  EXPECT_THAT(result.stdout_text, testing::EndsWith("line 99998\nline 99999\n"));
  EXPECT_GT(result.stdout_omitted_bytes, 1'000'000u);
  EXPECT_LT(result.stdout_text.size(), 70'000u);
}

TEST_F(RunTest, OutputIsAlwaysText) {
  const auto result = run(shell("printf 'a\\000b\\377c'"));
  EXPECT_EQ(result.stdout_text, "a\\x00" "b\xEF\xBF\xBD" "c");
}

TEST_F(RunTest, LiveOutputComesWhileItRuns) {
  std::string live[3];
  BoxSpec spec = shell("echo one; echo two >&2; printf '\\342\\202'; sleep 0.05; printf '\\254'");
  const auto result = run(std::move(spec), {}, [&](int stream, std::string_view piece) { live[stream] += piece; });
  EXPECT_EQ(live[1], "one\n\xE2\x82\xAC") << describe(result);
  EXPECT_EQ(live[2], "two\n");
}

TEST_F(RunTest, SaysWhyAProgramCannotStart) {
  BoxSpec missing = shell("");
  missing.argv = {"/usr/bin/no-such-program"};
  const auto a = run(std::move(missing));
  EXPECT_EQ(a.outcome, Outcome::failed) << describe(a);
  EXPECT_THAT(a.message, HasSubstr("cannot start /usr/bin/no-such-program: No such file or directory (ENOENT)"));
  BoxSpec not_executable = shell("");
  not_executable.argv = {"/etc/passwd"};
  EXPECT_THAT(run(std::move(not_executable)).message, HasSubstr("EACCES"));
  BoxSpec long_argument = shell("");
  long_argument.argv = {"/bin/echo", std::string(200'000, 'x')};
  EXPECT_THAT(run(std::move(long_argument)).message, HasSubstr("E2BIG"));
  BoxSpec bad_root = shell("true");
  bad_root.roots.push_back("/no/such/root");
  const auto b = run(std::move(bad_root));
  EXPECT_EQ(b.outcome, Outcome::failed);
  EXPECT_THAT(b.message, HasSubstr("root \"/no/such/root\""));
}

TEST_F(RunTest, SaysWhatIsWrongWithASpec) {
  BoxSpec relative = shell("true");
  relative.argv[0] = "sh";
  EXPECT_THAT(run(std::move(relative)).message, HasSubstr("argv[0] must be an absolute path"));
  BoxSpec big = shell("true");
  big.inputs = {{3, std::string(17 << 20, 'x')}};
  EXPECT_THAT(run(std::move(big)).message, HasSubstr("sandbox.input_bytes_max"));
}

TEST_F(RunTest, CancellingKillsAtOnce) {
  boost::asio::io_context io;
  base::CancelSource source;
  BoxResult result;
  BoxSpec spec = shell("trap '' TERM; echo up; while :; do sleep 1; done");
  auto cancelled = std::chrono::steady_clock::time_point();
  sandbox_->run(io, std::move(spec), [&](int, std::string_view) {
    cancelled = std::chrono::steady_clock::now();
    source.cancel(Error{Errc::cancelled, "the client left"});
  }, [&](BoxResult r) { result = std::move(r); }, source.token());
  io.run();
  const auto took = std::chrono::steady_clock::now() - cancelled;
  EXPECT_EQ(result.outcome, Outcome::cancelled) << describe(result);
  EXPECT_EQ(result.stdout_text, "up\n");
  EXPECT_LT(std::chrono::duration<double>(took).count(), 0.25);
}

TEST_F(RunTest, ARunCancelledBeforeItStartsNeverRuns) {
  base::CancelSource source;
  source.cancel(Error{Errc::cancelled, "gone"});
  const auto result = run(shell("echo never"), source.token());
  EXPECT_EQ(result.outcome, Outcome::cancelled) << describe(result);
  EXPECT_EQ(result.stdout_text, "");
}

// More than the launcher keeps ready: the end of one must not take others along.
TEST_F(RunTest, ManySetsOfRootsAreServedInAnyOrder) {
  char name[] = "/var/tmp/collet-roots-XXXXXX";
  ASSERT_NE(::mkdtemp(name), nullptr);
  const std::string folder = name;
  ::chmod(name, 0755);
  const auto run_with = [&](int i) {
    const std::string root = folder + "/" + std::to_string(i);
    std::filesystem::create_directories(root + "/here");
    BoxSpec spec = shell("ls " + root);
    spec.roots.push_back(root);
    return run(std::move(spec));
  };
  for (int i = 0; i < 20; ++i) EXPECT_EQ(run_with(i).stdout_text, "here\n") << i;
  for (const int i : {10, 19, 0, 15, 4, 18}) {
    const auto result = run_with(i);
    EXPECT_EQ(result.stdout_text, "here\n") << i << describe(result);
  }
  std::filesystem::remove_all(folder);
}

TEST_F(RunTest, ManyRunsShareTheSlots) {
  std::vector<BoxSpec> specs;
  for (int i = 0; i < 60; ++i) specs.push_back(shell("echo " + std::to_string(i)));
  const auto results = run_all(std::move(specs));
  for (std::size_t i = 0; i < results.size(); ++i) {
    EXPECT_EQ(results[i].stdout_text, std::to_string(i) + "\n") << describe(results[i]);
  }
}

TEST_F(RunTest, WhatIsCapturedCountsAsOutput) {
  settings_.output_bytes_max = 1 << 20;
  start(settings_);
  before_ = host_state();
  BoxSpec spec = shell("cat /dev/zero >&4");
  spec.capture_fd = 4;
  spec.timeout_ms = 5'000;
  const auto result = run(std::move(spec));
  EXPECT_EQ(result.outcome, Outcome::output_limit) << describe(result);
  EXPECT_EQ(result.captured.size(), 64u << 10);
}

}  // namespace
}  // namespace collet::sandbox
