// A writable app folder: what a box writes there must reach neither the host nor
// the next box, and nothing of the host may be reached through it.
#include <filesystem>
#include <fstream>
#include <map>

#include <gmock/gmock.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "hostile/box_test.hpp"

namespace collet::sandbox {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class ScratchTest : public BoxTest {
 protected:
  ScratchTest() {
    EXPECT_NE(::mkdtemp(folder_.data()), nullptr);
    fs::create_directories(folder_ + "/data/deep");
    write("a.txt", "first\n");
    write("data/b.txt", "second\n");
    write("data/deep/c.txt", "third\n");
    fs::create_symlink("data/b.txt", folder_ + "/link");
    fs::create_symlink("../../../../../../..", folder_ + "/up");
    fs::create_symlink("/etc/passwd", folder_ + "/out");
    give_to(0);
  }
  ~ScratchTest() override { fs::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) const { std::ofstream(folder_ + "/" + name) << text; }
  void give_to(uid_t owner) const {
    EXPECT_EQ(::lchown(folder_.c_str(), owner, owner), 0);
    for (const auto& entry : fs::recursive_directory_iterator(folder_)) EXPECT_EQ(::lchown(entry.path().c_str(), owner, owner), 0);
  }
  BoxSpec in_app(BoxSpec spec) const {
    spec.app_root = folder_;
    spec.app_scratch = true;
    return spec;
  }
  BoxSpec script(const std::string& text) const { return in_app(shell(text)); }

  /// All that a person would see of the folder: names, kinds, modes, owners, times, contents.
  std::map<std::string, std::string> seen() const {
    std::map<std::string, std::string> out;
    const auto look = [&](const fs::path& path) {
      struct stat info{};
      EXPECT_EQ(::lstat(path.c_str(), &info), 0);
      std::string text = fs::is_symlink(path) ? fs::read_symlink(path).string() : "";
      if (S_ISREG(info.st_mode)) std::getline(std::ifstream(path), text, '\0');
      out[path] = std::to_string(info.st_mode) + " " + std::to_string(info.st_uid) + " " + std::to_string(info.st_nlink) + " " +
                  std::to_string(info.st_size * S_ISREG(info.st_mode)) + " " + std::to_string(info.st_mtim.tv_nsec) + " " +
                  std::to_string(info.st_ctim.tv_nsec) + " " + std::to_string(info.st_atim.tv_nsec) + " " + text;
    };
    look(folder_);
    for (const auto& entry : fs::recursive_directory_iterator(folder_)) look(entry.path());
    return out;
  }

  std::string folder_ = "/var/tmp/collet-scratch-XXXXXX";
};

TEST_F(ScratchTest, WhatIsWrittenIsThereAndThenGone) {
  for (const uid_t owner : {0u, 12'345u}) {
    give_to(owner);
    ::chmod((folder_ + "/a.txt").c_str(), 0600);
    seen();  // the first reading sets times
    const auto before = seen();
    const BoxSpec spec = script("pwd; cat a.txt; echo more >> a.txt; cat a.txt; echo x > new; mkdir -p tmp/cache; cat new; ls data");
    const auto result = run(spec);
    EXPECT_EQ(result.stdout_text, "/app\nfirst\nfirst\nmore\nx\nb.txt\ndeep\n") << describe(result);
    EXPECT_EQ(run(spec).stdout_text, result.stdout_text) << "the next box starts anew";
    EXPECT_EQ(seen(), before);
  }
}

TEST_F(ScratchTest, NoChangeReachesTheHost) {
  seen();
  const auto before = seen();
  for (const char* change : {
           "chmod 777 a.txt data . ", "truncate -s 0 a.txt", "truncate -s 1M data/deep/c.txt", "rm -r data a.txt", "mv data other",
           "mv a.txt data/deep/", "mv data/b.txt a.txt", "ln a.txt hard && echo x >> hard", "ln -s /app/a.txt s && echo x > s",
           "echo x > link", "rm link && echo x > link", "rm -r data && mkdir data && echo x > data/b.txt", "touch -d 2001-01-01 a.txt data",
           "cp a.txt z && mv z a.txt", "mkdir -p data/new/folder && rm -r data/deep", "rmdir data || mv data/deep gone",
           "rm a.txt && ln -s data a.txt && echo x > a.txt/b.txt", "exec 3<a.txt; echo x > /proc/self/fd/3",
           "cd data && echo x > ../a.txt", "mkfifo p && rm p && mknod q p"}) {
    const auto result = run(script(change));
    EXPECT_EQ(result.outcome, Outcome::exited) << change << describe(result);
    EXPECT_EQ(seen(), before) << change;
  }
}

TEST_F(ScratchTest, NoChangeByCallReachesTheHost) {
  seen();
  const auto before = seen();
  const auto result = run(in_app(python(
      "import os, mmap, fcntl\n"
      "def attempt(f):\n  try: return f()\n  except OSError as e: print(e.strerror)\n"
      "old = os.open('/app/a.txt', os.O_RDONLY)\n"
      "f = os.open('/app/a.txt', os.O_RDWR); m = mmap.mmap(f, 6); m[:5] = b'FIRST'; m.flush(); m.close()\n"
      "attempt(lambda: os.write(old, b'x'))\n"
      "attempt(lambda: mmap.mmap(old, 6, prot=mmap.PROT_WRITE | mmap.PROT_READ))\n"
      "attempt(lambda: os.fchmod(old, 0o777)); attempt(lambda: os.utime(old, (1, 1)))\n"
      "attempt(lambda: os.ftruncate(old, 0)); attempt(lambda: os.setxattr('/app/data', 'user.x', b'y'))\n"
      "attempt(lambda: os.posix_fallocate(f, 0, 100000)); attempt(lambda: os.link('/app/data/b.txt', '/work/b'))\n"
      "attempt(lambda: os.rename('/app/data', '/app/renamed')); attempt(lambda: os.symlink('/', '/app/slash'))\n"
      "root = os.open('/app', os.O_RDONLY); attempt(lambda: os.unlink('link', dir_fd=root))\n"
      "print(open('/app/a.txt').read(5))\n")));
  EXPECT_THAT(result.stdout_text, HasSubstr("FIRST\n")) << describe(result);
  EXPECT_EQ(seen(), before);
}

TEST_F(ScratchTest, LinksLeadNowhereButIntoTheBox) {
  const auto result = run(script("cat out; ls up | tr '\\n' ' '; echo x > up/etc/passwd; echo x > up/app/a.txt; cat a.txt; echo x > out"));
  EXPECT_THAT(result.stdout_text, testing::StartsWith("user:x:1000")) << "the box's own: " << describe(result);
  EXPECT_THAT(result.stdout_text, HasSubstr("app bin cache dev etc")) << describe(result);
  EXPECT_THAT(result.stdout_text, testing::EndsWith("x\n"));
  EXPECT_THAT(result.stderr_text, HasSubstr("Read-only file system"));
}

TEST_F(ScratchTest, TheLayersCannotBeReached) {
  const auto result = run(script("ls -A /tmp /work; cat /tmp/app-lower/a.txt /tmp/app-upper/a.txt; cd /tmp && ls app-lower ../tmp/app-work; "
                                 "for d in /proc/self/fd/*; do readlink $d; done; grep -c " + folder_ + " /proc/self/mountinfo"));
  EXPECT_EQ(result.stdout_text.substr(0, 13), "/tmp:\n\n/work:") << describe(result);
  EXPECT_THAT(result.stdout_text, testing::Not(HasSubstr("first"))) << describe(result);
  EXPECT_THAT(result.stderr_text, HasSubstr("No such file"));
}

TEST_F(ScratchTest, WhatIsWrittenCountsAsTheBoxesDisk) {
  BoxSpec spec = script("head -c 6M /dev/zero > big && echo fits; head -c 6M /dev/zero > /tmp/big; echo x >> a.txt; ls -s a.txt | head -1");
  spec.size.disk_bytes = 8 << 20;
  const auto result = run(std::move(spec));
  EXPECT_THAT(result.stdout_text, HasSubstr("fits\n")) << describe(result);
  EXPECT_THAT(result.stderr_text, HasSubstr("No space left on device")) << "one limit for all of it";
}

TEST_F(ScratchTest, OthersFilesStayClosed) {
  write("secret", "of root\n");
  give_to(12'345);
  ASSERT_EQ(::chown((folder_ + "/secret").c_str(), 0, 0), 0);
  ::chmod((folder_ + "/secret").c_str(), 0600);
  const auto result = run(script("cat secret; echo x > secret; chmod 666 secret; cat secret"));
  EXPECT_EQ(result.stdout_text, "") << describe(result);
}

TEST_F(ScratchTest, AProgramOfTheFolderGainsNoRights) {
  fs::copy_file("/usr/bin/id", folder_ + "/id");
  ::chmod((folder_ + "/id").c_str(), 06755);
  EXPECT_EQ(run(script("./id -u; cp id own; chmod 6755 own; ./own -u")).stdout_text, "1000\n1000\n");
}

TEST_F(ScratchTest, WhereNoOverlayCanBeHadNothingRuns) {
  // In a namespace of our own: other tests look at the host's mounts meanwhile.
  ASSERT_EQ(::unshare(CLONE_NEWNS), 0);
  ASSERT_EQ(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0);
  ASSERT_EQ(::mount("none", (folder_ + "/data").c_str(), "tmpfs", 0, nullptr), 0);
  start(settings_);  // a launcher lives where it was started
  const auto result = run(script("echo ran; ls data"));
  ::umount((folder_ + "/data").c_str());
  before_ = host_state();
  EXPECT_EQ(result.outcome, Outcome::unavailable) << describe(result);
  EXPECT_EQ(result.stdout_text, "");
  EXPECT_THAT(result.message, HasSubstr("step app_overlay"));
  EXPECT_THAT(result.message, HasSubstr("without other file systems mounted in it"));
}

}  // namespace
}  // namespace collet::sandbox
