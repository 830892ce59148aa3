// Short work that may block for longer than a call may last.
#pragma once

#include <functional>
#include <future>
#include <list>
#include <mutex>
#include <thread>

namespace postgres {

/// Runs each job on a thread of its own. The destructor waits for all. [any-thread]
class Background {
 public:
  Background() = default;
  ~Background();
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  /// @return ready when the job is done.
  std::shared_future<void> run(std::function<void()> job);

 private:
  struct Job {
    std::shared_future<void> done;
    std::thread thread;
  };
  std::mutex mutex_;
  std::list<Job> jobs_;
};

}  // namespace postgres
