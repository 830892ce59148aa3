#include "sandbox/launcher/cgroup.hpp"

#include <cerrno>
#include <charconv>

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/stat.h>

namespace collet::launcher {
namespace {

constexpr std::uint32_t kPeriodUs = 100'000;
constexpr int kBusyAttempts = 100;

std::string number(std::uint64_t value) { return std::to_string(value); }

Result<void> put(const std::string& folder, std::string_view file, const std::string& text) {
  const std::string path = folder + "/" + std::string(file);
  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (fd && ::write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size())) return {};
  return sandbox::os_error("writing " + text + " to " + path, errno);
}

// The number behind `name` in a file of such lines, or at its start when there is
// no name; 0 when there is none.
std::uint64_t read_counter(int fd, std::string_view name) {
  char text[1024];
  const ssize_t got = fd >= 0 ? ::pread(fd, text, sizeof text, 0) : 0;
  if (got <= 0) return 0;
  const std::string_view all(text, static_cast<std::size_t>(got));
  const std::size_t at = all.find(name);
  std::uint64_t count = 0;
  if (at != std::string_view::npos) std::from_chars(text + at + name.size(), text + got, count);
  return count;
}

// A group left from before may hold charges and counters: start with a new one.
Result<void> make_folder(const std::string& folder) {
  // After a launcher's death its boxes may need a moment to be gone as well.
  for (int attempt = 0; attempt < kBusyAttempts; ++attempt) {
    ::rmdir(folder.c_str());
    if (::mkdir(folder.c_str(), 0755) == 0) return {};
    if (errno != EEXIST) break;
    ::usleep(1'000);
  }
  return sandbox::os_error("mkdir " + folder, errno);
}

// Somebody may be about to leave it.
void remove_folder(const std::string& folder) {
  for (int attempt = 0; attempt < kBusyAttempts && ::rmdir(folder.c_str()) != 0 && errno == EBUSY; ++attempt) ::usleep(1'000);
}

Result<void> limit_v1(Controller controller, const std::string& folder, const wire::Limits& limits) {
  if (controller == Controller::pids) return put(folder, "pids.max", number(limits.pids_max));
  if (controller != Controller::memory) return {};  // the processor: see limit_cpu()
  auto memory = put(folder, "memory.limit_in_bytes", number(limits.memory_bytes));
  if (!memory) return memory;
  // Absent where the kernel does not account swap; then swapping is not ours to limit.
  if (::access((folder + "/memory.memsw.limit_in_bytes").c_str(), F_OK) == 0) {
    return put(folder, "memory.memsw.limit_in_bytes", number(limits.memory_bytes));
  }
  return put(folder, "memory.swappiness", "0");
}

std::uint64_t quota_us(const wire::Limits& limits) { return std::uint64_t{limits.cpu_milli} * kPeriodUs / 1000; }

Result<void> limit_cpu_v1(const std::string& folder, const wire::Limits& limits) {
  // Shares are relative to those of the other boxes.
  auto shares = put(folder, "cpu.shares", number(std::uint64_t{limits.cpu_weight} * 1024 / 100));
  if (!shares || limits.cpu_milli == 0) return shares;
  auto period = put(folder, "cpu.cfs_period_us", number(kPeriodUs));
  return period ? put(folder, "cpu.cfs_quota_us", number(quota_us(limits))) : period;
}

Result<void> limit_cpu_v2(const std::string& folder, const wire::Limits& limits) {
  auto weight = put(folder, "cpu.weight", number(limits.cpu_weight));
  if (!weight || limits.cpu_milli == 0) return weight;
  return put(folder, "cpu.max", number(quota_us(limits)) + " " + number(kPeriodUs));
}

}  // namespace

Result<void> SlotCgroup::limit_cpu(const wire::Limits& limits) {
  const std::string& v1 = v1_folders_[static_cast<std::size_t>(Controller::cpu)];
  if (!v1.empty()) return limit_cpu_v1(v1, limits);
  return limits_cpu_v2_ ? limit_cpu_v2(v2_path_, limits) : Result<void>{};
}

void SlotCgroup::lift_cpu_limit() {
  const std::string& v1 = v1_folders_[static_cast<std::size_t>(Controller::cpu)];
  // As far as it goes: a box that dies slowly dies all the same.
  if (!v1.empty()) {
    [[maybe_unused]] const bool lifted = put(v1, "cpu.cfs_quota_us", "-1") && put(v1, "cpu.shares", "262144");
  } else if (limits_cpu_v2_) {
    [[maybe_unused]] const bool lifted = put(v2_path_, "cpu.max", "max") && put(v2_path_, "cpu.weight", "10000");
  }
  is_lifted_ = true;
}

bool SlotCgroup::kill_all() const { return !v2_path_.empty() && static_cast<bool>(put(v2_path_, "cgroup.kill", "1")); }

Result<void> SlotCgroup::prepare(const CgroupLayout& layout, const std::string& name, const wire::Limits& limits) {
  wire::Limits held = limits;
  held.cpu_seconds = 0;  // not a matter of cgroups
  held.disk_bytes = 0;
  if (!made_ || !(held == limits_) || !still_there()) {
    remove();
    auto made = make(layout, name, limits);
    if (!made) {
      remove();
      return made;
    }
    limits_ = held;
    made_ = true;
    is_lifted_ = false;
  }
  if (is_lifted_) {
    auto limited = limit_cpu(limits);
    if (!limited) return limited;
    is_lifted_ = false;
  }
  oom_seen_ = oom_kills();
  cpu_seen_us_ = cpu_total_us();
  restart_memory_peak();
  clear_oom_event();
  return {};
}

// Somebody may have tidied up between two boxes.
bool SlotCgroup::still_there() const {
  for (const auto& folder : v1_folders_) {
    if (!folder.empty() && ::access(folder.c_str(), F_OK) != 0) return false;
  }
  return v2_path_.empty() || ::access(v2_path_.c_str(), F_OK) == 0;
}

Result<void> SlotCgroup::make(const CgroupLayout& layout, const std::string& name, const wire::Limits& limits) {
  for (std::size_t i = 0; i < kControllers; ++i) {
    const Hierarchy& hierarchy = layout.controllers[i];
    if (hierarchy.kind != Hierarchy::Kind::v1) continue;
    auto made = make_v1(hierarchy, static_cast<Controller>(i), name, limits);
    if (!made) return made;
  }
  auto made = layout.uses_v2() ? make_v2(layout, name, limits) : Result<void>{};
  return made ? limit_cpu(limits) : made;
}

Result<void> SlotCgroup::make_v1(const Hierarchy& hierarchy, Controller controller, const std::string& name,
                                 const wire::Limits& limits) {
  const auto index = static_cast<std::size_t>(controller);
  const std::string folder = hierarchy.folder + "/" + name;
  auto made = make_folder(folder);
  if (!made) return made;
  v1_folders_[index] = folder;
  made = limit_v1(controller, folder, limits);
  if (!made) return made;
  // Opened here: the right to move a task is judged by who opened the file.
  tasks_[index].reset(::open((folder + "/tasks").c_str(), O_WRONLY | O_CLOEXEC));
  if (!tasks_[index]) return sandbox::os_error("opening " + folder + "/tasks", errno);
  if (controller == Controller::memory) watch_v1(folder);
  if (controller == Controller::cpu || controller == Controller::cpuacct) {
    UniqueFd usage(::open((folder + "/cpuacct.usage").c_str(), O_RDONLY | O_CLOEXEC));
    if (usage) cpu_stat_ = std::move(usage), cpu_is_v1_ = true;
  }
  return {};
}

Result<void> SlotCgroup::make_v2(const CgroupLayout& layout, const std::string& name, const wire::Limits& limits) {
  const auto is_v2 = [&](Controller c) { return layout.of(c).kind == Hierarchy::Kind::v2; };
  const auto& any = is_v2(Controller::memory) ? layout.of(Controller::memory)
                    : is_v2(Controller::pids) ? layout.of(Controller::pids) : layout.of(Controller::cpu);
  const std::string folder = any.folder + "/" + name;
  auto made = make_folder(folder);
  if (!made) return made;
  v2_path_ = folder;
  if (is_v2(Controller::memory)) {
    made = put(folder, "memory.max", number(limits.memory_bytes));
    if (made && ::access((folder + "/memory.swap.max").c_str(), F_OK) == 0) made = put(folder, "memory.swap.max", "0");
    if (made) made = put(folder, "memory.oom.group", "1");
    if (!made) return made;
    oom_counter_.reset(::open((folder + "/memory.events").c_str(), O_RDONLY | O_CLOEXEC));
    oom_is_v1_ = false;
    open_memory_peak(folder + "/memory.peak");
  }
  if (is_v2(Controller::pids) && !(made = put(folder, "pids.max", number(limits.pids_max)))) return made;
  limits_cpu_v2_ = is_v2(Controller::cpu);
  if (!cpu_is_v1_) cpu_stat_.reset(::open((folder + "/cpu.stat").c_str(), O_RDONLY | O_CLOEXEC));
  v2_procs_.reset(::open((folder + "/cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC));
  v2_folder_.reset(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return v2_folder_ ? Result<void>{} : Result<void>{sandbox::os_error("opening " + folder, errno)};
}

// The kernel raises the event when a task of the group meets the limit, a moment
// before it kills.
void SlotCgroup::watch_v1(const std::string& folder) {
  oom_is_v1_ = true;
  open_memory_peak(folder + "/memory.max_usage_in_bytes");
  oom_counter_.reset(::open((folder + "/memory.oom_control").c_str(), O_RDONLY | O_CLOEXEC));
  oom_event_.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!oom_counter_ || !oom_event_) return;
  const std::string request = number(static_cast<std::uint64_t>(oom_event_.get())) + " " +
                              number(static_cast<std::uint64_t>(oom_counter_.get()));
  if (!put(folder, "cgroup.event_control", request)) oom_event_.reset();
}

std::array<int, kControllers> SlotCgroup::task_fds() const {
  std::array<int, kControllers> fds;
  for (std::size_t i = 0; i < kControllers; ++i) fds[i] = tasks_[i].get();
  return fds;
}

void SlotCgroup::clear_oom_event() {
  std::uint64_t count = 0;
  if (oom_event_) [[maybe_unused]] const ssize_t got = ::read(oom_event_.get(), &count, sizeof count);
}

// v1 memory.oom_control and v2 memory.events both have a line "oom_kill N".
std::uint64_t SlotCgroup::oom_kills() const { return read_counter(oom_counter_.get(), "oom_kill "); }

std::uint64_t SlotCgroup::cpu_total_us() const {
  if (cpu_is_v1_) return read_counter(cpu_stat_.get(), "") / 1000;
  return read_counter(cpu_stat_.get(), "usage_usec ");
}

void SlotCgroup::open_memory_peak(const std::string& path) {
  memory_peak_.reset(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  // Before Linux 6.12 the counter of v2 can only be read.
  if (!memory_peak_) memory_peak_.reset(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
}

void SlotCgroup::restart_memory_peak() {
  const bool restarted = memory_peak_ && ::pwrite(memory_peak_.get(), "0", 1, 0) == 1;
  peak_seen_bytes_ = restarted ? 0 : memory_peak_total_bytes();
}

std::uint64_t SlotCgroup::memory_peak_total_bytes() const { return read_counter(memory_peak_.get(), ""); }

// Where the counter cannot start anew, a peak below that of an earlier box cannot
// be told from it.
std::uint64_t SlotCgroup::memory_peak_bytes() const {
  const std::uint64_t peak = memory_peak_total_bytes();
  return peak > peak_seen_bytes_ ? peak : 0;
}

void SlotCgroup::mark() {
  if (!made_) return;
  cpu_seen_us_ = cpu_total_us();
  restart_memory_peak();
}

std::uint64_t SlotCgroup::cpu_us() const { return cpu_total_us() - cpu_seen_us_; }

bool SlotCgroup::oom_happened() const { return oom_kills() != oom_seen_; }

void SlotCgroup::remove() {
  for (auto& tasks : tasks_) tasks.reset();
  oom_event_.reset();
  oom_counter_.reset();
  cpu_stat_.reset();
  memory_peak_.reset();
  cpu_is_v1_ = limits_cpu_v2_ = false;
  v2_folder_.reset();
  v2_procs_.reset();
  for (auto& folder : v1_folders_) {
    if (!folder.empty()) remove_folder(folder);
    folder.clear();
  }
  if (!v2_path_.empty()) remove_folder(v2_path_);
  v2_path_.clear();
  made_ = false;
}

}  // namespace collet::launcher
