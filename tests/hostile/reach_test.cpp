// What can a program in a box reach? Classes 4 to 9, 27 and 38 of the hostile set.
#include <cstring>
#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "hostile/box_test.hpp"

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

// A listener of the host that must never hear from a box.
class Listener {
 public:
  explicit Listener(int family) : fd_(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {}
  ~Listener() { ::close(fd_); }
  std::uint16_t listen_on_loopback() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(fd_, 8), 0);
    socklen_t size = sizeof address;
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    return ntohs(address.sin_port);
  }
  void listen_abstract(const std::string& name) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path + 1, name.data(), name.size());
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(fd_, 8), 0);
  }
  bool was_called() const { return ::accept(fd_, nullptr, nullptr) >= 0; }

 private:
  int fd_;
};

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
                                shell("sleep 0.2; ls /tmp; ls /proc | grep -c '^[0-9]'; cat /proc/*/environ | tr '\\0' '\\n' | grep -v HOME | grep -v PWD | head -3")});
  EXPECT_EQ(results[0].stdout_text, "mine\n") << describe(results[0]);
  EXPECT_EQ(results[1].stdout_text.substr(0, 2), "4\n") << "the reaper, the shell, ls and grep: " << describe(results[1]);
}

}  // namespace
}  // namespace collet::sandbox
