#include "sandbox/admission.hpp"

#include <algorithm>
#include <fstream>
#include <limits>

#include <sys/sysinfo.h>

namespace collet::sandbox {
namespace {

std::int64_t read_number(const std::string& path) {
  std::ifstream file(path);
  std::int64_t number = 0;
  return file >> number && number > 0 ? number : std::numeric_limits<std::int64_t>::max();  // also for "max"
}

}  // namespace

std::int64_t host_memory_bytes() {
  struct sysinfo info{};
  std::int64_t bytes = std::numeric_limits<std::int64_t>::max();
  if (::sysinfo(&info) == 0) bytes = static_cast<std::int64_t>(info.totalram) * info.mem_unit;
  std::ifstream membership("/proc/self/cgroup");
  for (std::string line; std::getline(membership, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string list = line.substr(first + 1, second - first - 1);
    const std::string group = line.substr(second + 1);
    if (list.empty()) bytes = std::min(bytes, read_number("/sys/fs/cgroup" + group + "/memory.max"));
    if (list != "memory") continue;
    bytes = std::min(bytes, read_number("/sys/fs/cgroup/memory" + group + "/memory.limit_in_bytes"));
  }
  return bytes;
}

Grant::~Grant() { owner_->give_back(memory_bytes_, boxes_); }

Admission::Admission(AdmissionLimits limits) : limits_(std::move(limits)) {}

bool Admission::ask(const std::shared_ptr<Waiter>& waiter, std::string& why) {
  if (waiter->memory_bytes > limits_.memory_bytes_max) {
    why = "the size asks for " + std::to_string(waiter->memory_bytes) + " bytes of memory, but all boxes together may have " +
          std::to_string(limits_.memory_bytes_max) + " on this host; use a smaller size or raise sandbox.memory_budget";
    return false;
  }
  std::vector<Ready> ready;
  bool wants = false;
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() >= limits_.queue_max && (granted_ >= limits_.boxes_max || !queue_.empty())) {
      why = std::to_string(queue_.size()) + " " + limits_.queue_full;
      return false;
    }
    queue_.push_back(waiter);
    ready = take_ready();
    wants = wants_held();
  }
  pass_on(std::move(ready), wants);
  return true;
}

void Admission::leave(const std::shared_ptr<Waiter>& waiter) {
  std::vector<Ready> ready;
  bool wants = false;
  {
    const std::lock_guard lock(mutex_);
    std::erase(queue_, waiter);
    ready = take_ready();  // it may have been the one too big for what is free
    wants = wants_held();
  }
  pass_on(std::move(ready), wants);
}

std::vector<Admission::Ready> Admission::take_ready() {
  std::vector<Ready> ready;
  // Strictly in order: a big run is not overtaken for ever by small ones.
  while (!queue_.empty() && granted_ < limits_.boxes_max &&
         memory_bytes_ + queue_.front()->memory_bytes <= limits_.memory_bytes_max) {
    auto waiter = std::move(queue_.front());
    queue_.pop_front();
    memory_bytes_ += waiter->memory_bytes;
    ++granted_;
    auto grant = std::make_shared<Grant>(shared_from_this(), waiter->memory_bytes, 1);
    ready.push_back({std::move(waiter), std::move(grant)});
  }
  return ready;
}

// Only where that helps: the next one would have room if nothing were held.
bool Admission::wants_held() const {
  if (queue_.empty() || granted_ >= limits_.boxes_max) return false;
  const std::int64_t wanted = memory_bytes_ + queue_.front()->memory_bytes;
  return wanted > limits_.memory_bytes_max && wanted - held_bytes_ <= limits_.memory_bytes_max;
}

void Admission::pass_on(std::vector<Ready> ready, bool wants_held) {
  for (auto& one : ready) one.waiter->granted(std::move(one.grant));
  if (wants_held && free_held_) free_held_();  // what it frees comes back here
}

std::shared_ptr<Grant> Admission::hold(std::int64_t memory_bytes) {
  const std::lock_guard lock(mutex_);
  memory_bytes_ += memory_bytes;
  held_bytes_ += memory_bytes;
  return std::make_shared<Grant>(shared_from_this(), memory_bytes, 0);
}

void Admission::give_back(std::int64_t memory_bytes, std::uint32_t boxes) {
  std::vector<Ready> ready;
  bool wants = false;
  {
    const std::lock_guard lock(mutex_);
    memory_bytes_ -= memory_bytes;
    if (boxes == 0) held_bytes_ -= memory_bytes;
    granted_ -= boxes;
    ready = take_ready();
    wants = wants_held();
  }
  pass_on(std::move(ready), wants);
}

std::size_t Admission::waiting() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

std::size_t Admission::granted() const {
  const std::lock_guard lock(mutex_);
  return granted_;
}

}  // namespace collet::sandbox
