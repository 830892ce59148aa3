// A network namespace of the test's own, in which a name server says what the test wants.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace collet::test {

/// For good, for this process, which has no other thread yet: an empty network but for the
/// loopback, with 203.0.113.5 as a public address on it and 127.0.0.1 as name server.
/// The reason why not; "": it is so.
std::string enter_own_network();

class LyingDns {
 public:
  /// Addresses of a name, as texts; of IPv6 where the question is for AAAA.
  using Answers = std::function<std::vector<std::string>(const std::string& name, bool is_v6, int question)>;
  explicit LyingDns(Answers answers);
  LyingDns(const LyingDns&) = delete;
  ~LyingDns();
  [[nodiscard]] int questions() const { return questions_; }

 private:
  void serve();
  [[nodiscard]] std::string reply_to(const std::string& query);

  Answers answers_;
  int socket_;
  std::atomic<int> questions_{0};
  std::thread thread_;
};

}  // namespace collet::test
