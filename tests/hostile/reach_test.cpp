// What can a program in a box reach? Classes 4 to 9, 27 and 38 of the hostile set.
#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "hostile/box_test.hpp"
#include "hostile/listener.hpp"

namespace collet::sandbox {
namespace {

class ReachTest : public BoxTest {};

TEST_F(ReachTest, FilesOfTheHostAreOutOfSight) {
  char name[] = "/var/tmp/collet-canary-XXXXXX";
  ASSERT_NE(::mkdtemp(name), nullptr);
  const std::string canary = std::string(name) + "/secret";
  std::ofstream(canary) << "the-canary-sings";
  ::chmod(name, 0755);
  ::setenv("COLLET_TEST_SECRET", "the-canary-sings", 1);
  const auto result = run(program("files.py", {canary}));
  expect_contained(result);
  EXPECT_EQ(result.stdout_text.find("the-canary-sings"), std::string::npos);
  ::unsetenv("COLLET_TEST_SECRET");
  std::filesystem::remove_all(name);
}

TEST_F(ReachTest, TheMountTableTellsNoPathOfTheHost) {
  std::string folder = "/var/tmp/collet-named-XXXXXX";
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  for (const char* name : {"/app", "/one", "/two"}) {
    std::filesystem::create_directories(folder + name);
    std::ofstream(folder + name + "/file") << "seen\n";
  }
  ::mkfifo((folder + "/app/pipe").c_str(), 0600);
  for (const bool is_scratch : {false, true}) {
    BoxSpec spec = shell("cat /app/file /packages/file /cache/file && echo x 2> /dev/null > /packages/x; cat /proc/self/mountinfo");
    spec.app_root = folder + "/app";
    spec.app_scratch = is_scratch;
    spec.trees = {folder + "/one", folder + "/two"};
    const auto result = run(std::move(spec));
    EXPECT_THAT(result.stdout_text, testing::StartsWith("seen\nseen\nseen\n")) << describe(result);
    EXPECT_THAT(result.stdout_text, testing::HasSubstr(" /cache "));
    EXPECT_EQ(result.stdout_text.find("collet-named"), std::string::npos) << result.stdout_text;
  }
  EXPECT_FALSE(std::filesystem::exists(folder + "/one/x"));
  std::filesystem::remove_all(folder);
}

TEST_F(ReachTest, NobodyAnswersOnTheNetwork) {
  Listener loopback(AF_INET), abstract(AF_UNIX);
  const std::string name = "collet-test-" + std::to_string(::getpid());
  const auto port = loopback.listen_on_loopback();
  abstract.listen_abstract(name);
  const auto result = run(program("network.py", {std::to_string(port), name}));
  expect_contained(result);
  EXPECT_FALSE(loopback.was_called());
  EXPECT_FALSE(abstract.was_called());
}

TEST_F(ReachTest, DescriptorsOfTheServerStayWithTheServer) {
  // One that lacks close-on-exec, as a careless library leaves it.
  const int leaked = ::open("/etc/hostname", O_RDONLY);
  ASSERT_GE(leaked, 0);
  const int placed = ::fcntl(leaked, F_DUPFD, 200);
  start(settings_);
  const auto result = run(shell("ls -l /proc/self/fd | grep -c hostname; ls /proc/self/fd | tr '\\n' ' '"));
  EXPECT_EQ(result.stdout_text, "0\n0 1 2 3 ") << describe(result);
  ::close(leaked);
  ::close(placed);
  before_ = host_state();
}

TEST_F(ReachTest, OtherBoxesAreInvisible) {
  const auto results = run_all({shell("echo secret > /tmp/mine; sleep 0.5; ls /tmp"),
                                shell("sleep 0.2; ls /tmp; set -- /proc/[0-9]*; echo $#; cat /proc/*/environ | tr '\\0' '\\n' | grep -v HOME | grep -v PWD | head -3")});
  EXPECT_EQ(results[0].stdout_text, "mine\n") << describe(results[0]);
  EXPECT_EQ(results[1].stdout_text.substr(0, 2), "2\n") << "the reaper and the shell: " << describe(results[1]);
}

// A folder of the host with what servers leave in it: a socket, a named pipe.
class Meeting {
 public:
  explicit Meeting(const char* parent) : folder_(std::string(parent) + "/collet-meeting-XXXXXX") {
    EXPECT_NE(::mkdtemp(folder_.data()), nullptr);
    std::filesystem::create_directories(folder_ + "/tmp/sockets");
    stream_ = listen_at("/tmp/sockets/stream", SOCK_STREAM);
    datagram_ = listen_at("/tmp/sockets/datagram", SOCK_DGRAM);
    EXPECT_EQ(::mkfifo((folder_ + "/tmp/pipe").c_str(), 0777), 0);
    pipe_ = ::open((folder_ + "/tmp/pipe").c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
    EXPECT_EQ(::write(pipe_, "for the host", 12), 12);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_)) ::chmod(entry.path().c_str(), 0777);
    ::chmod(folder_.c_str(), 0777);
  }
  ~Meeting() {
    for (const int fd : {stream_, datagram_, pipe_}) ::close(fd);
    std::filesystem::remove_all(folder_);
  }
  void expect_untouched() const {
    char text[64];
    EXPECT_LT(::accept(stream_, nullptr, nullptr), 0) << "somebody has connected";
    EXPECT_LT(::recv(datagram_, text, sizeof text, MSG_DONTWAIT), 0) << "somebody has sent";
    EXPECT_EQ(::read(pipe_, text, sizeof text), 12) << "somebody has read from the pipe or written to it";
  }
  const std::string& folder() const { return folder_; }

 private:
  int listen_at(const std::string& path, int type) const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string full = folder_ + path;
    full.copy(address.sun_path, sizeof address.sun_path - 1);
    const int fd = ::socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    EXPECT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0) << full;
    EXPECT_TRUE(type == SOCK_DGRAM || ::listen(fd, 4) == 0) << full;
    return fd;
  }

  std::string folder_;
  int stream_ = -1;
  int datagram_ = -1;
  int pipe_ = -1;
};

TEST_F(ReachTest, NobodyOfTheHostIsMetInAnAppFolder) {
  const Meeting meeting("/var/tmp");
  BoxSpec spec = program("meeting.py", {"/app/tmp"});
  spec.app_root = meeting.folder();
  expect_contained(run(std::move(spec)));
  meeting.expect_untouched();
}

TEST_F(ReachTest, NobodyOfTheHostIsMetInAWritableAppFolder) {
  const Meeting meeting("/var/tmp");
  BoxSpec spec = program("meeting.py", {"/app/tmp"});
  spec.app_root = meeting.folder();
  spec.app_scratch = true;
  expect_contained(run(std::move(spec)));
  meeting.expect_untouched();
}

TEST_F(ReachTest, NobodyOfTheHostIsMetInARoot) {
  for (const char* parent : {"/var/tmp", "/tmp"}) {  // mounted early, mounted late
    const Meeting meeting(parent);
    BoxSpec spec = program("meeting.py", {meeting.folder() + "/tmp"});
    spec.roots.push_back(meeting.folder());
    expect_contained(run(std::move(spec)));
    meeting.expect_untouched();
  }
}

TEST_F(ReachTest, AmongItselfABoxOfTheSystemMayUseUnixSockets) {
  const auto result = run(python("import multiprocessing, socket\n"
                                 "with socket.socket(socket.AF_UNIX) as s:\n  s.bind('/tmp/s'); s.listen()\n"
                                 "  socket.socket(socket.AF_UNIX).connect('/tmp/s')\n"
                                 "m = multiprocessing.get_context('fork').Manager()\nd = m.dict(a=1)\nprint(d['a'])\nm.shutdown()\n"));
  EXPECT_EQ(result.stdout_text, "1\n") << describe(result);
}

}  // namespace
}  // namespace collet::sandbox
