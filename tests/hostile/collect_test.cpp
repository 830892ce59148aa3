// What a program can leave in /out to hurt the one who takes it out. Class 26.
#include <filesystem>
#include <fstream>
#include <optional>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "hostile/box_test.hpp"

namespace collet::sandbox {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr const char* kSecret = "the-canary-sings";

class CollectTest : public BoxTest {
 protected:
  void SetUp() override {
    ASSERT_NE(::mkdtemp(place_.data()), nullptr);
    ::chmod(place_.c_str(), 0755);
    std::ofstream(place_ + "/canary") << kSecret;
    BoxTest::SetUp();
  }
  void TearDown() override {
    BoxTest::TearDown();
    fs::remove_all(place_);
  }

  BoxResult leave(const std::string& code, std::int64_t timeout_ms = 20'000) {
    BoxSpec spec = python("import os, socket\nos.chdir('/out')\nCANARY = '" + place_ + "/canary'\n"
                          "def attempt(f, *a, **k):\n  try: f(*a, **k)\n  except OSError as e: print(e.strerror)\n" + code);
    spec.has_out_folder = true;
    spec.size.disk_bytes = 512 << 20;
    spec.timeout_ms = timeout_ms;
    return run(std::move(spec));
  }
  Result<Collected> collect(const BoxResult& box, const std::string& folder, CollectLimits limits) {
    fs::create_directories(folder);
    boost::asio::io_context io;
    std::optional<Result<Collected>> result;
    box.out->collect(io, UniqueFd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)), limits, [&](Result<Collected> r) { result.emplace(std::move(r)); });
    io.run();
    return *result;
  }
  Result<Collected> collect(const BoxResult& box, bool strict) {
    to_ = place_ + "/to" + std::to_string(++round_);
    return collect(box, to_, {strict, 4 << 20, 2 << 20, 64});
  }
  /// Plain files and folders of ours, nothing that leads anywhere, no secret.
  void expect_harmless() const {
    for (const auto& entry : fs::recursive_directory_iterator(to_)) {
      struct stat about{};
      ASSERT_EQ(::lstat(entry.path().c_str(), &about), 0);
      EXPECT_TRUE(S_ISREG(about.st_mode) || S_ISDIR(about.st_mode) || S_ISLNK(about.st_mode)) << entry.path();
      EXPECT_EQ(about.st_mode & 07000, 0u) << entry.path();
      EXPECT_EQ(about.st_uid, ::geteuid()) << entry.path();
      EXPECT_LT(entry.path().string().size(), 4096u);
      if (S_ISLNK(about.st_mode)) expect_inside(entry.path());
      if (!S_ISREG(about.st_mode)) continue;
      std::ifstream file(entry.path());
      EXPECT_THAT(std::string(std::istreambuf_iterator<char>(file), {}), testing::Not(HasSubstr(kSecret))) << entry.path();
    }
  }

  void expect_inside(const fs::path& link) const {
    std::error_code error;
    const std::string end = fs::canonical(link, error);
    EXPECT_TRUE(error || end.starts_with(to_)) << link << " leads to " << end;
    EXPECT_FALSE(fs::read_symlink(link).is_absolute());
  }

  std::string place_ = "/var/tmp/collet-collect-XXXXXX";
  std::string to_;
  int round_ = 0;
};

struct Left {
  const char* name;
  const char* code;
  int files;             ///< That come out, folders included.
  const char* strict;    ///< Why not all of it may come out; "": it may.
};
void PrintTo(const Left& left, std::ostream* out) { *out << left.name; }

class LeftTest : public CollectTest, public testing::WithParamInterface<Left> {};

TEST_P(LeftTest, ComesOutHarmlessOrNotAtAll) {
  const Left& left = GetParam();
  for (const bool strict : {false, true}) {
    const auto box = leave(left.code);
    ASSERT_EQ(box.outcome, Outcome::exited) << describe(box);
    ASSERT_EQ(box.returncode, 0) << describe(box);
    if (!box.out) {
      EXPECT_EQ(left.files, 0) << "nothing was left";
      continue;
    }
    const auto started = std::chrono::steady_clock::now();
    const auto done = collect(box, strict);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
    EXPECT_LT(took.count(), 5) << "somebody was made to wait";
    expect_harmless();
    if (!strict) {
      ASSERT_TRUE(done) << done.error().message;
      EXPECT_EQ(static_cast<int>(done->files), left.files) << done->first_skipped;
    } else if (*left.strict == '\0') {
      EXPECT_TRUE(done) << done.error().message;
    } else {
      ASSERT_FALSE(done);
      EXPECT_THAT(done.error().message, HasSubstr(left.strict));
    }
  }
  std::printf("attempts: 2\n");
}

INSTANTIATE_TEST_SUITE_P(Left, LeftTest, testing::Values(
    Left{"LinkToTheCanary", "os.symlink(CANARY, 'x')", 0, "leads out"},
    Left{"LinkUp", "os.symlink('../' * 30 + CANARY, 'x')", 0, "leads out"},
    Left{"LinkToAFolderOfTheHost", "os.symlink(os.path.dirname(CANARY), 'x')", 0, "leads out"},
    Left{"LinkToProc", "os.symlink('/proc/self/root/etc', 'x')", 0, "leads out"},
    Left{"LinkToALinkThatLeadsOut", "os.symlink('/', 'a'); os.symlink('a/etc/passwd', 'b')", 0, "leads out"},
    Left{"LinkThroughAFolderAndUp", "os.mkdir('d'); os.symlink('d/../../x', 'x')", 1, "leads out"},
    Left{"LinkToItself", "os.symlink('x', 'x')", 0, ""},
    Left{"LinksInACircle", "os.symlink('b', 'a'); os.symlink('a', 'b')", 0, ""},
    Left{"LinkToTheFolderItself", "os.symlink('.', 'x'); open('f', 'w').write('f')", 1, ""},
    Left{"LinkOfGreatLength", "os.symlink('x/' * 2000, 'x')", 0, "too long"},
    Left{"HardLinkToThePasswords", "attempt(os.link, '/etc/passwd', 'x'); attempt(os.link, CANARY, 'y')", 0, ""},
    Left{"HardLinksOfOneFile", "open('a', 'w').write('a')\nfor i in range(20): os.link('a', 'a%d' % i)", 21, ""},
    Left{"NamedPipe", "os.mkfifo('x')", 0, "no file or folder"},
    Left{"PipeBesideAFile", "os.mkfifo('x'); open('y', 'w').write('y')", 1, "no file or folder"},
    Left{"Socket", "s = socket.socket(socket.AF_UNIX); s.bind('x'); s.listen()", 0, "no file or folder"},
    Left{"Devices", "attempt(os.mknod, 'x', 0o20666, os.makedev(1, 5)); attempt(os.mknod, 'y', 0o60666, os.makedev(8, 0))", 0, ""},
    Left{"SetUidFile", "open('x', 'w').write('x'); os.chmod('x', 0o6777)", 1, ""},
    Left{"SetGidFolder", "os.mkdir('x'); os.chmod('x', 0o7777)", 1, ""},
    Left{"ClosedFolder", "os.mkdir('x'); open('x/y', 'w').write('y'); os.chmod('x', 0)", 2, ""},
    Left{"NameWithANewline", "open('a\\nb', 'w').write('x')", 0, "control characters"},
    Left{"NameWithEscapes", "open('\\x1b]0;x\\x07', 'w').write('x')", 0, "control characters"},
    Left{"NameThatIsNoUtf8", "open(b'\\xff\\xfe', 'w').write('x'); open(b'cut \\xe2\\x82', 'w').write('x')", 2, ""},
    Left{"NamesLikePaths", "open('..x', 'w'); open('...', 'w'); open('a\\\\..\\\\b', 'w'); open('C:', 'w'); open('~', 'w')", 5, ""},
    Left{"NamesLikeOptions", "open('-rf', 'w'); open('--help', 'w'); open('$(id)', 'w'); open('a;rm', 'w'); open('*', 'w')", 5, ""},
    Left{"LongName", "open('x' * 255, 'w')", 1, ""},
    Left{"LongPaths", "for i in range(60): os.mkdir('d' * 250); os.chdir('d' * 250)", 4, "its path has more than 1024 bytes"},
    Left{"ThousandsOfFiles", "for i in range(60000): os.close(os.open('f%d' % i, os.O_CREAT | os.O_WRONLY))\n", 64, "more than 64 files"},
    Left{"ThousandsOfLinks", "for i in range(50000): os.symlink('/etc/passwd', 'l%d' % i)\n", 0, "leads out"},
    Left{"ThousandsOfFolders", "for i in range(50000): os.mkdir('d%d' % i)\n", 64, "more than 64 files"},
    Left{"SparseFile", "open('x', 'wb').truncate(60 << 20)", 0, "more than"},
    Left{"TooMuchInAll", "for i in range(10): open('f%d' % i, 'wb').write(bytes(1 << 20))", 4, "all files have more than"},
    Left{"FileWithAttributes", "open('x', 'w').write('x'); attempt(os.setxattr, 'x', 'user.y', b'z'); attempt(os.setxattr, 'x', 'security.capability', b'z')", 1, ""}),
    [](const auto& info) { return info.param.name; });

TEST_F(CollectTest, NobodySwapsAFileWhileItIsRead) {
  const std::string swapper =
      "import signal, time\n"
      "for n in range(1, 65):\n  try: signal.signal(n, signal.SIG_IGN)\n  except (OSError, ValueError): pass\n"
      "open('x', 'w').write('mine')\n"
      "for i in range(4):\n"
      "  if os.fork() == 0:\n    os.setsid()\n    while True:\n"
      "      attempt(os.symlink, CANARY, 's%d' % i); attempt(os.rename, 's%d' % i, 'x')\n"
      "      attempt(lambda: open('t%d' % i, 'w').write('mine')); attempt(os.rename, 't%d' % i, 'x')\n"
      "time.sleep(0.2)\n";
  for (const bool ends : {true, false}) {
    const auto box = leave(swapper + (ends ? "os._exit(0)" : "time.sleep(60)"), 500);
    ASSERT_NE(box.out, nullptr) << describe(box);
    std::set<std::string> left = box_processes();
    left.erase(std::to_string(launcher_pid()) + " collet-launcher");
    EXPECT_TRUE(left.empty()) << *left.begin() << " could go on swapping";
    for (int i = 0; i < 3; ++i) {
      ASSERT_TRUE(collect(box, false));
      expect_harmless();
    }
  }
}

TEST_F(CollectTest, AFullDiskOfTheHostIsAnErrorWithAName) {
  ASSERT_EQ(::unshare(CLONE_NEWNS), 0);
  ASSERT_EQ(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0);
  const std::string disk = place_ + "/disk";
  fs::create_directories(disk);
  ASSERT_EQ(::mount("none", disk.c_str(), "tmpfs", 0, "size=65536,nr_inodes=8"), 0);
  start(settings_);
  {
    const auto big = leave("open('x', 'wb').write(bytes(1 << 20))");
    const auto full = collect(big, disk + "/a", {true, 4 << 20, 2 << 20, 64});
    ASSERT_FALSE(full);
    EXPECT_THAT(full.error().message, HasSubstr("No space left on device"));
    fs::remove_all(disk + "/a");
    const auto many = leave("for i in range(30): open('f%d' % i, 'w')");
    const auto crowded = collect(many, disk + "/b", {true, 4 << 20, 2 << 20, 64});
    ASSERT_FALSE(crowded);
    EXPECT_THAT(crowded.error().message, HasSubstr("No space left on device"));
  }
  EXPECT_EQ(run(shell("echo fine")).stdout_text, "fine\n");
  ::umount2(disk.c_str(), MNT_DETACH);
  before_ = host_state();
}

TEST_F(CollectTest, WhatIsLeftHoldsNoPlaceForever) {
  settings_.boxes_max = 2;
  start(settings_);
  for (int i = 0; i < 12; ++i) {
    const auto box = leave("open('x', 'w').write('x' * 100000)");
    ASSERT_EQ(box.outcome, Outcome::exited) << describe(box);
    ASSERT_NE(box.out, nullptr);
    if (i % 2 == 0) {
      EXPECT_TRUE(collect(box, false));  // else it is forgotten
    }
  }
  before_ = host_state();
}

}  // namespace
}  // namespace collet::sandbox
