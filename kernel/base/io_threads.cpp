#include "base/io_threads.hpp"

#include <csignal>
#include <exception>
#include <string>
#include <utility>

#include <boost/asio/co_spawn.hpp>

#include "base/log.hpp"

namespace collet::base {

namespace asio = boost::asio;

IoThreads::IoThreads(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    contexts_.push_back(std::make_unique<asio::io_context>(1));
    guards_.emplace_back(contexts_.back()->get_executor());
  }
}

IoThreads::~IoThreads() { stop(); }

void IoThreads::start() {
  for (auto& context : contexts_) {
    threads_.emplace_back([io = context.get()] {
      // Signals belong to the main thread.
      sigset_t all;
      sigfillset(&all);
      pthread_sigmask(SIG_BLOCK, &all, nullptr);
      io->run();
    });
  }
}

void IoThreads::stop() {
  guards_.clear();
  for (auto& context : contexts_) context->stop();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

void spawn(asio::io_context& io, std::string_view name, asio::awaitable<void> task) {
  asio::co_spawn(io, std::move(task), [name = std::string(name)](std::exception_ptr failure) {
    if (!failure) return;
    try {
      std::rethrow_exception(failure);
    } catch (const std::exception& e) {
      log_error("a background task failed", {{"task", name}, {"what", e.what()}});
    }
  });
}

}  // namespace collet::base
