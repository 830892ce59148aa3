// What a program leaves in /out, and what of it may come out.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "hostile/box_test.hpp"

namespace collet::sandbox {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class OutFolderTest : public BoxTest {
 protected:
  void SetUp() override {
    char name[] = "/tmp/collet-out-XXXXXX";
    ASSERT_NE(::mkdtemp(name), nullptr);
    folder_ = name;
    BoxTest::SetUp();
  }
  void TearDown() override {
    BoxTest::TearDown();
    fs::remove_all(folder_);
  }

  BoxResult run_script(const std::string& script) {
    BoxSpec spec = shell(script);
    spec.has_out_folder = true;
    return run(std::move(spec));
  }

  Result<Collected> collect(const BoxResult& box, CollectLimits limits) {
    EXPECT_NE(box.out, nullptr) << describe(box);
    if (!box.out) return Error{Errc::internal, "nothing there"};
    boost::asio::io_context io;
    std::optional<Result<Collected>> result;
    box.out->collect(io, UniqueFd(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)), limits,
                     [&](Result<Collected> r) { result.emplace(std::move(r)); });
    EXPECT_FALSE(result) << "called before collect() returned";
    io.run();
    return *result;
  }

  static CollectLimits what_is_fit() { return {false, 1 << 20, 512 << 10, 16}; }
  static CollectLimits all_or_nothing() { return {true, 1 << 20, 512 << 10, 16}; }

  std::string text(const std::string& name) const {
    std::ifstream file(folder_ / name);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  fs::path folder_;
};

TEST_F(OutFolderTest, FilesComeOutWithTheirPathsAndNoRightsButToReadAndExecute) {
  const auto box = run_script("cd /out; echo a > a; mkdir -m 700 b; echo c > b/c; chmod 0 a; cp a x 2>/dev/null; echo y > y; chmod 6777 y");
  const auto done = collect(box, what_is_fit());
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->files, 4u);
  EXPECT_EQ(done->bytes, 6u);
  EXPECT_EQ(text("a"), "a\n");
  EXPECT_EQ(text("b/c"), "c\n");
  struct stat about{};
  ASSERT_EQ(::stat((folder_ / "y").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 07777, 0755u);
  EXPECT_EQ(about.st_uid, ::geteuid());
  ASSERT_EQ(::stat((folder_ / "a").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 07777, 0644u);
}

TEST_F(OutFolderTest, FilesKeepTheirTime) {
  const auto box = run_script("touch -d @1000000000 /out/x");
  ASSERT_TRUE(collect(box, what_is_fit()));
  struct stat about{};
  ASSERT_EQ(::stat((folder_ / "x").c_str(), &about), 0);
  EXPECT_EQ(about.st_mtim.tv_sec, 1'000'000'000);
}

TEST_F(OutFolderTest, AnEmptyFolderIsNone) {
  EXPECT_EQ(run_script("ls -d /out").out, nullptr);
  BoxSpec without = shell("echo x > /out/x");
  EXPECT_NE(run(std::move(without)).returncode, 0) << "no box has it that did not ask";
}

TEST_F(OutFolderTest, OnlyWhatIsFitComesOut) {
  const auto box = run_script(
      "cd /out; echo good > good; ln -s /etc/passwd link; ln -s good near; mkfifo pipe; ln good hard; "
      "head -c 600000 /dev/zero > big; truncate -s 20M sparse; mkdir \"$(printf 'a\\nb')\"; ln -s . loop");
  const auto done = collect(box, what_is_fit());
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->files, 2u);
  EXPECT_EQ(done->skipped, 7u) << done->first_skipped;
  EXPECT_EQ(text("good") + text("hard"), "good\ngood\n");
  std::size_t found = 0;
  for ([[maybe_unused]] const auto& entry : fs::recursive_directory_iterator(folder_)) ++found;
  EXPECT_EQ(found, 2u);
}

TEST_F(OutFolderTest, LimitsHoldForCountAndBytes) {
  const auto many = run_script("cd /out; i=0; while [ $i -lt 100 ]; do : > f$i; i=$((i+1)); done");
  const auto done = collect(many, what_is_fit());
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->files, 16u);
  EXPECT_EQ(done->skipped, 84u);
  EXPECT_THAT(done->first_skipped, HasSubstr("more than 16 files"));
}

TEST_F(OutFolderTest, AllOrNothingKeepsLinksThatStayInside) {
  const auto box = run_script("cd /out; mkdir -p a/b; echo x > a/x; ln -s ../x a/b/x; ln -s a/b/x y");
  const auto done = collect(box, all_or_nothing());
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(text("y"), "x\n");
  EXPECT_EQ(fs::read_symlink(folder_ / "a/b/x"), "../x");
}

TEST_F(OutFolderTest, AllOrNothingRefusesWhatLeadsOut) {
  for (const char* script : {"ln -s /etc /out/x", "ln -s ../x /out/x", "mkdir /out/a; ln -s ../../x /out/a/x", "ln -s a/../../x /out/x",
                             "mkfifo /out/x", "head -c 600000 /dev/zero > /out/x"}) {
    const auto done = collect(run_script(script), all_or_nothing());
    ASSERT_FALSE(done) << script;
    EXPECT_THAT(done.error().message, HasSubstr("x: ")) << script;
  }
}

TEST_F(OutFolderTest, DeepFoldersEndSomewhere) {
  const auto box = run_script("cd /out; i=0; while [ $i -lt 100 ]; do mkdir d; cd d; i=$((i+1)); done; echo x > x");
  CollectLimits limits = what_is_fit();
  limits.files_max = 1'000;
  const auto done = collect(box, limits);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_THAT(done->first_skipped, HasSubstr("nested too deep"));
}

TEST_F(OutFolderTest, WhatAKilledProgramLeftCanBeHad) {
  BoxSpec spec = shell("echo half > /out/x; sleep 30");
  spec.has_out_folder = true;
  spec.timeout_ms = 300;
  const auto box = run(std::move(spec));
  EXPECT_EQ(box.outcome, Outcome::timeout);
  ASSERT_TRUE(collect(box, what_is_fit()));
  EXPECT_EQ(text("x"), "half\n");
}

TEST_F(OutFolderTest, AKeptTreeIsShownAndCannotBeChanged) {
  std::ofstream(folder_ / "module") << "kept";
  fs::permissions(folder_, fs::perms::owner_all | fs::perms::others_exec | fs::perms::others_read);
  BoxSpec spec = shell("cat /packages/module; echo x > /packages/module; rm /packages/module; mount -o remount,rw /packages; ls /cache");
  spec.trees[0] = folder_.string();
  const auto box = run(std::move(spec));
  EXPECT_EQ(box.stdout_text, "kept") << describe(box);
  EXPECT_THAT(box.stderr_text, HasSubstr("Read-only file system"));
  EXPECT_EQ(text("module"), "kept");
}

TEST_F(OutFolderTest, FilesThatWaitHoldTheirRoom) {
  settings_.boxes_max = 1;
  settings_.warm_boxes_max = settings_.sessions_max = 0;
  start(settings_);
  before_ = host_state();
  BoxResult first = run_script("echo x > /out/x");
  BoxSpec second = shell("echo second");
  second.timeout_ms = 200;
  EXPECT_EQ(run(second).outcome, Outcome::capacity) << "there is one place, and its memory is in use";
  first.out.reset();
  EXPECT_EQ(run(second).stdout_text, "second\n");
}

TEST_F(OutFolderTest, TheGateIsTheOnlyWayOut) {
  BoxSpec spec = python(
      "import socket\n"
      "s = socket.create_connection(('127.0.0.1', 3128), 5)\n"
      "s.sendall(b'hello')\n"
      "print(s.recv(100))\n"
      "try: socket.create_connection(('192.0.2.1', 80), 2); print('BAD')\n"
      "except OSError as e: print(e.errno)\n");
  UniqueFd gate;
  spec.gate = [&](UniqueFd listener) { gate = std::move(listener); };
  boost::asio::io_context io;
  BoxResult result;
  bool is_over = false;
  sandbox_->run(io, std::move(spec), nullptr, [&](BoxResult r) { result = std::move(r); is_over = true; }, {});
  UniqueFd peer;
  while (!is_over) {
    io.run_one_for(std::chrono::milliseconds(5));
    if (gate && !peer) peer.reset(::accept4(gate.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    char text[8] = {};
    if (peer && ::read(peer.get(), text, sizeof text) == 5) {
      EXPECT_EQ(::write(peer.get(), "answer", 6), 6);
    }
  }
  EXPECT_EQ(result.stdout_text, "b'answer'\n101\n") << describe(result);
  BoxSpec without = python("import socket\ntry: socket.create_connection(('127.0.0.1', 3128), 5); print('BAD')\nexcept OSError as e: print(e.errno)\n");
  EXPECT_EQ(run(std::move(without)).stdout_text, "111\n");
}

}  // namespace
}  // namespace collet::sandbox
