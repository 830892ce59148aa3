#include "background.hpp"

#include <chrono>
#include <utility>

namespace postgres {

Background::~Background() {
  for (Job& job : jobs_) job.thread.join();
}

std::shared_future<void> Background::run(std::function<void()> job) {
  std::packaged_task<void()> task(std::move(job));
  const std::shared_future<void> done = task.get_future().share();
  const std::scoped_lock lock(mutex_);
  jobs_.remove_if([](Job& old) {
    if (old.done.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return false;
    old.thread.join();  // it has nothing left to do
    return true;
  });
  jobs_.push_back({done, std::thread(std::move(task))});
  return done;
}

}  // namespace postgres
