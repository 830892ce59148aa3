// Threads for work that blocks.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace collet::base {

/// A fixed number of threads and a bounded queue. [any-thread]
class WorkerPool {
 public:
  using Job = std::function<void()>;
  WorkerPool(std::size_t threads, std::size_t queue_max);
  ~WorkerPool();  ///< Finishes what runs, drops what waits.
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// False when the queue is full; the job is then not taken.
  [[nodiscard]] bool submit(Job job);

 private:
  void work();

  const std::size_t queue_max_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace collet::base
