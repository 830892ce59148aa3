#include "sandbox/warm_boxes.hpp"

#include <algorithm>
#include <deque>
#include <fstream>

#include <poll.h>

#include "base/log.hpp"
#include "sandbox/launch.hpp"

namespace collet::sandbox {

struct WarmProgram {
  struct Waiting {
    Launched box;
    std::chrono::steady_clock::time_point since;
  };
  std::string key;
  std::string told;
  BoxSpec spec;  ///< Without its late input.
  std::deque<Waiting> boxes;  ///< The one that waits longest in front.
  std::size_t running = 0;
  std::size_t most_running = 0;         ///< In this stretch of time ...
  std::size_t most_running_before = 0;  ///< ... and in the one before.
  std::chrono::steady_clock::time_point stretch_began;
  std::chrono::steady_clock::time_point used;
  int failures = 0;  ///< Boxes in a row that ended while they waited.
  bool is_wanted = false;
};

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t kProgramsMax = 64;
constexpr int kFailuresMax = 3;
constexpr seconds kStretch{30};
constexpr seconds kAgeMax{600};
constexpr milliseconds kLookAgain{2'000};
constexpr milliseconds kLookAtMemoryEvery{250};
constexpr milliseconds kLookAgainForMark{300};
constexpr milliseconds kReadyAfter{200};  // its preparations are over by then, or nearly

std::size_t per_program_max() { return 8u * std::max(1u, std::thread::hardware_concurrency()); }

double look_at_memory() {
  std::ifstream file("/proc/meminfo");
  double total = 0, available = -1;
  std::string name, unit;
  for (double kib = 0; file >> name >> kib; std::getline(file, unit)) {
    if (name == "MemTotal:") total = kib;
    if (name == "MemAvailable:") available = kib;
    if (total > 0 && available >= 0) return available / total;
  }
  return 1;
}

/// Share of the host's memory that could be had without swapping, as of a moment ago; 1
/// when unknown. [keeper's thread]
double free_memory_share() {
  static thread_local double share = 1;
  static thread_local std::chrono::steady_clock::time_point looked;
  const auto now = std::chrono::steady_clock::now();
  if (now - looked > kLookAtMemoryEvery) share = look_at_memory(), looked = now;
  return share;
}

/// Nobody holds its other end any more.
bool has_ended(const Launched& box) {
  pollfd state{box.socket.get(), 0, 0};
  return ::poll(&state, 1, 0) != 0;
}

std::string key_of(const BoxSpec& spec, const std::string& told) {
  std::string key = told;
  for (const auto& input : spec.inputs) {
    key += input.late ? 'L' : 'D';
    if (!input.late) key += input.data;
  }
  return key;
}

std::size_t wanted_boxes(const WarmProgram& program) {
  if (program.failures >= kFailuresMax) return 0;
  return std::min(std::max(program.most_running, program.most_running_before), per_program_max());
}

}  // namespace

WarmBoxes::WarmBoxes(RunCore& core) : core_(core) {}
WarmBoxes::~WarmBoxes() { stop(); }

WarmBoxes::Use::~Use() {
  if (program_) owner_->end(*program_);
}

WarmBoxes::Use WarmBoxes::begin(const BoxSpec& spec, const std::string& told) {
  std::string key = key_of(spec, told);
  const auto now = Clock::now();
  const std::lock_guard lock(mutex_);
  auto& program = programs_[key];
  if (!program) {
    program = std::make_shared<WarmProgram>();
    program->key = std::move(key);
    program->told = told;
    program->spec = spec;
    for (auto& input : program->spec.inputs) {
      if (input.late) input.data.clear();
    }
    program->stretch_began = now;
  }
  if (now - program->stretch_began > kStretch) {
    program->most_running_before = now - program->stretch_began > 2 * kStretch ? 0 : program->most_running;
    program->most_running = 0;
    program->failures = 0;
    program->stretch_began = now;
  }
  program->used = now;
  program->most_running = std::max(program->most_running, ++program->running);
  return Use(*this, program);
}

std::optional<Launched> WarmBoxes::Use::take() {
  const std::lock_guard lock(owner_->mutex_);
  auto& boxes = program_->boxes;
  while (!boxes.empty()) {
    Launched box = std::move(boxes.front().box);
    boxes.pop_front();
    --owner_->waiting_;
    if (!has_ended(box)) {
      program_->failures = 0;
      return box;
    }
    ++program_->failures;
  }
  return std::nullopt;
}

void WarmBoxes::end(WarmProgram& program) {
  const std::lock_guard lock(mutex_);
  --program.running;
  program.used = Clock::now();
  if (is_stopped_) return;
  program.is_wanted = is_wanted_ = true;
  if (!keeper_.joinable()) keeper_ = std::thread([this] { keep(); });
  changed_.notify_all();
}

std::size_t WarmBoxes::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_;
}

void WarmBoxes::drop() {
  Lock lock(mutex_);
  do {
    std::vector<Launched> dropped;
    for (auto& [key, program] : programs_) drop_boxes(*program, dropped);
    put_down_all(lock, std::move(dropped));
    changed_.wait(lock, [this] { return ending_ == 0 && starting_ == 0; });
  } while (waiting_ > 0);
}

void WarmBoxes::put_down_all(Lock& lock, std::vector<Launched> boxes) {
  ending_ += boxes.size();
  lock.unlock();
  for (auto& box : boxes) put_down(std::move(box));
  lock.lock();
  ending_ -= boxes.size();
  changed_.notify_all();
}

void WarmBoxes::drop_boxes(WarmProgram& program, std::vector<Launched>& dropped) {
  for (auto& waiting : program.boxes) dropped.push_back(std::move(waiting.box));
  waiting_ -= program.boxes.size();
  program.boxes.clear();
  program.is_wanted = false;
}

// The launcher is about to end every box, so nobody has to wait for theirs.
void WarmBoxes::stop() {
  {
    const std::lock_guard lock(mutex_);
    is_stopped_ = true;
    changed_.notify_all();
  }
  if (keeper_.joinable()) keeper_.join();
  const std::lock_guard lock(mutex_);
  programs_.clear();
  waiting_ = 0;
}

// The keeper's thread. Boxes are started and ended without the lock.
void WarmBoxes::keep() {
  Lock lock(mutex_);
  while (!is_stopped_) {
    std::vector<Launched> dropped;
    forget_idle(dropped);
    const auto program = most_wanted();
    const bool has_room = program && make_room_for(*program, dropped);
    if (!dropped.empty()) put_down_all(lock, std::move(dropped));  // first: their places are needed
    if (has_room) start_one(lock, program);
    else if (program) program->is_wanted = false;
    if (program) continue;
    is_wanted_ = false;
    const auto woken = [this] { return is_stopped_ || is_wanted_; };
    const bool all_marked = mark_ready();
    if (waiting_ > 0 || core_.zygotes().count() > 0) changed_.wait_for(lock, all_marked ? kLookAgain : kLookAgainForMark, woken);
    else changed_.wait(lock, woken);
  }
}

// Who waits uses nothing: what its preparations took is known once they are over. A
// box that is taken earlier is marked then, at the risk that its run is well under
// way when the launcher comes to it.
bool WarmBoxes::mark_ready() {
  const auto ready = Clock::now() - kReadyAfter;
  const char mark = static_cast<char>(wire::Command::mark);
  bool all = true;
  for (auto& [key, program] : programs_) {
    for (auto& waiting : program->boxes) {
      Launched& box = waiting.box;
      if (!box.is_marked && waiting.since < ready) box.is_marked = send_message(box.socket.get(), {&mark, 1}) == 0;
      all = all && box.is_marked;
    }
  }
  return all;
}

void WarmBoxes::forget_dead(WarmProgram& program, std::vector<Launched>& dropped) {
  const auto now = Clock::now();
  std::erase_if(program.boxes, [&](WarmProgram::Waiting& waiting) {
    const bool ended = has_ended(waiting.box);
    if (!ended && now - waiting.since < kAgeMax) return false;
    program.failures += ended ? 1 : 0;
    program.is_wanted = is_wanted_ = true;
    dropped.push_back(std::move(waiting.box));
    --waiting_;
    return true;
  });
}

// Programs that nobody uses, and all of them when memory is short.
void WarmBoxes::forget_idle(std::vector<Launched>& dropped) {
  const auto oldest = Clock::now() - seconds(core_.settings.warm_idle_seconds);
  const bool is_short = free_memory_share() < core_.settings.warm_memory_floor;
  core_.zygotes().forget_idle(is_short);
  for (auto at = programs_.begin(); at != programs_.end();) {
    WarmProgram& program = *at->second;
    forget_dead(program, dropped);
    const bool is_idle = program.running == 0 && program.used < oldest;
    const bool are_too_many = programs_.size() > kProgramsMax && program.running == 0;
    if (is_idle || is_short || are_too_many) drop_boxes(program, dropped);
    at = is_idle || are_too_many ? programs_.erase(at) : std::next(at);
  }
}

std::shared_ptr<WarmProgram> WarmBoxes::most_wanted() {
  std::shared_ptr<WarmProgram> found;
  for (const auto& [key, program] : programs_) {
    if (!program->is_wanted) continue;
    if (program->boxes.size() >= wanted_boxes(*program)) program->is_wanted = false;
    else if (!found || program->used > found->used) found = program;
  }
  return found;
}

// At the limit the program goes without that was not used for longest.
bool WarmBoxes::make_room_for(const WarmProgram& program, std::vector<Launched>& dropped) {
  if (free_memory_share() < core_.settings.warm_memory_floor) return false;
  if (waiting_ < static_cast<std::size_t>(core_.settings.warm_boxes_max)) return true;
  WarmProgram* least = nullptr;
  for (const auto& [key, other] : programs_) {
    if (other->boxes.empty() || other->used >= program.used) continue;
    if (least == nullptr || other->used < least->used) least = other.get();
  }
  if (least == nullptr) return false;
  dropped.push_back(std::move(least->boxes.front().box));
  least->boxes.pop_front();
  --waiting_;
  return true;
}

void WarmBoxes::start_one(Lock& lock, const std::shared_ptr<WarmProgram>& program) {
  ++starting_;
  lock.unlock();
  auto box = launch_box(core_, program->spec, program->told, LateInput::later);
  lock.lock();
  --starting_;
  changed_.notify_all();
  if (!box) {
    program->is_wanted = false;
    base::log_warn("no box could be started ahead", {{"why", box.error().message}});
    return;
  }
  program->boxes.push_back({std::move(*box), Clock::now()});
  ++waiting_;
}

}  // namespace collet::sandbox
