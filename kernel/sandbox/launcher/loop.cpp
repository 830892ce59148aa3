// The launcher's one loop: runs in, reports out.
#include "sandbox/launcher/loop.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <map>
#include <memory>

#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/launcher/collect.hpp"
#include "sandbox/launcher/zygote.hpp"

namespace collet::launcher {
namespace {

constexpr int kTickMs = 5;
constexpr int kEventsMax = 32;
constexpr std::size_t kCollectorsMax = 16;
constexpr std::size_t kZygotesMax = 64;
constexpr unsigned kCollectSecondsMax = 120;

enum class Source : std::uint32_t { control, signal, process, run, memory, collector, zygote_ready, zygote_unwanted, zygote_end };

std::uint64_t tag(Source source, std::uint32_t slot) {
  return (std::uint64_t{static_cast<std::uint32_t>(source)} << 32) | slot;
}

// A spec as the server left it in a memory file, mapped for as long as the view
// into it is used.
class MappedSpec {
 public:
  MappedSpec(int fd, std::size_t bytes) : bytes_(bytes) {
    if (bytes == 0 || bytes > wire::kSpecBytesMax) return;
    void* at = ::mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
    if (at != MAP_FAILED) data_ = static_cast<const char*>(at);
  }
  MappedSpec(const MappedSpec&) = delete;
  ~MappedSpec() {
    if (data_ != nullptr) ::munmap(const_cast<char*>(data_), bytes_);
  }
  [[nodiscard]] std::string_view text() const { return data_ == nullptr ? std::string_view() : std::string_view(data_, bytes_); }

 private:
  const char* data_ = nullptr;
  std::size_t bytes_;
};

class Loop {
 public:
  Loop(Host& host, int control) : host_(host), control_(control), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    slots_.resize(host.setup.boxes_max);
    sigset_t set;
    ::sigemptyset(&set);
    ::sigaddset(&set, SIGTERM);
    signals_.reset(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
    watch(control_, tag(Source::control, 0));
    watch(signals_.get(), tag(Source::signal, 0));
  }

  ~Loop() {
    for (const auto& [pid, pidfd] : collectors_) {
      ::kill(pid, SIGKILL);
      ::waitpid(pid, nullptr, 0);
    }
  }
  Loop(const Loop&) = delete;

  void run() {
    while (!over_) {
      std::array<epoll_event, kEventsMax> events;
      const int count = ::epoll_wait(epoll_.get(), events.data(), kEventsMax, any_needs_ticks() ? kTickMs : -1);
      if (count < 0 && errno != EINTR) return;
      for (int i = 0; i < count; ++i) on_event(events[static_cast<std::size_t>(i)]);
      for (auto& slot : slots_) {
        if (slot && slot->needs_ticks()) slot->tick();
      }
      std::erase_if(zygotes_, [](const auto& entry) { return entry.second->is_overdue(); });
    }
  }

 private:
  void watch(int fd, std::uint64_t what) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = what;
    if (fd >= 0) ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event);
  }

  [[nodiscard]] bool any_needs_ticks() const {
    for (const auto& slot : slots_) {
      if (slot && slot->needs_ticks()) return true;
    }
    return std::ranges::any_of(zygotes_, [](const auto& entry) { return entry.second->is_retired(); });
  }

  void on_event(const epoll_event& event) {
    const auto source = static_cast<Source>(event.data.u64 >> 32);
    const auto index = static_cast<std::uint32_t>(event.data.u64);
    if (source == Source::control) return on_control();
    if (source == Source::signal) return on_signal();
    if (source == Source::collector) return on_collected(static_cast<pid_t>(index));
    if (source >= Source::zygote_ready) return on_zygote(index, source);
    Slot* slot = index < slots_.size() ? slots_[index].get() : nullptr;
    if (slot == nullptr) return;
    // Also between two boxes: what is not taken note of is reported for ever.
    if (source == Source::memory) return slot->on_memory_event();
    if (!slot->busy()) return;  // an event of a box that has just ended
    if (source == Source::process) return on_end(*slot);
    on_command(*slot);
  }

  // The parent-death signal follows the thread that started us, so it proves
  // nothing; and a service manager signals every process of the service, while
  // the server wants to end its runs in peace. Only a dead parent counts.
  void on_signal() {
    signalfd_siginfo info;
    while (::read(signals_.get(), &info, sizeof info) > 0) {}
    if (::getppid() != parent_) over_ = true;
  }

  // A box being made right now may hold copies of these for a moment, and epoll
  // goes by the copy that lives longest.
  void on_end(Slot& slot) {
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, slot.pidfd(), nullptr);
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, slot.socket(), nullptr);
    slot.finish();
  }

  void on_command(Slot& slot) {
    char command = 0;
    const ssize_t got = ::recv(slot.socket(), &command, 1, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got == 1 && command == static_cast<char>(wire::Command::terminate)) return slot.terminate();
    if (got == 1 && command == static_cast<char>(wire::Command::mark)) return slot.mark();
    // Kill, or nobody is left who could want the result.
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, slot.socket(), nullptr);
    slot.kill();
  }

  void on_control();
  void start_collector(const wire::CollectRequest& request, std::vector<UniqueFd> fds);
  void on_collected(pid_t pid);
  void start(const wire::RunRequest& request, std::vector<UniqueFd> fds);
  void start_zygote(const wire::ZygoteRequest& request, std::vector<UniqueFd> fds);
  void on_zygote(std::uint32_t id, Source source);

  Host& host_;
  const int control_;
  const pid_t parent_ = ::getppid();
  UniqueFd epoll_;
  UniqueFd signals_;
  std::vector<std::unique_ptr<Slot>> slots_;
  std::map<pid_t, UniqueFd> collectors_;  // processes and their pidfds
  std::map<std::uint32_t, std::unique_ptr<Zygote>> zygotes_;
  bool over_ = false;
};

union Request {
  wire::RunRequest run;
  wire::CollectRequest collect;
  wire::ZygoteRequest zygote;
};

void Loop::on_control() {
  Request request{};
  std::vector<UniqueFd> fds;
  const ssize_t got = sandbox::receive_message(control_, &request, sizeof request, fds);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) {
    over_ = true;  // the server is gone
    return;
  }
  if (got == sizeof request.run && request.run.magic == wire::kMagic) start(request.run, std::move(fds));
  if (got == sizeof request.zygote && request.zygote.magic == wire::kMagic) start_zygote(request.zygote, std::move(fds));
  if (got == sizeof request.collect && request.collect.magic == wire::kMagic) start_collector(request.collect, std::move(fds));
}

// In a process of its own: a large tree takes its time, and other runs do not wait.
void Loop::start_collector(const wire::CollectRequest& request, std::vector<UniqueFd> fds) {
  if (fds.size() != 3) return;
  const pid_t pid = collectors_.size() < kCollectorsMax ? ::fork() : -1;
  if (pid == 0) {
    ::alarm(kCollectSecondsMax);
    const wire::Collected done = collect(request, fds[1].get(), fds[2].get());
    ::_exit(sandbox::send_message(fds[0].get(), {reinterpret_cast<const char*>(&done), sizeof done}) == 0 ? 0 : 1);
  }
  if (pid < 0) return;  // the end of the socket tells
  UniqueFd& pidfd = collectors_[pid];
  pidfd.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  watch(pidfd.get(), tag(Source::collector, static_cast<std::uint32_t>(pid)));
}

void Loop::on_collected(pid_t pid) {
  if (::waitpid(pid, nullptr, WNOHANG) != pid) return;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, collectors_[pid].get(), nullptr);
  collectors_.erase(pid);
}

void Loop::start(const wire::RunRequest& request, std::vector<UniqueFd> fds) {
  if (fds.size() < 4) return;  // nobody to answer to
  const MappedSpec mapped(fds[1].get(), request.spec_bytes);
  auto spec = wire::decode(mapped.text());
  const std::size_t captured = spec && spec->capture_fd != 0 ? 1 : 0;
  const std::size_t extra = captured + (request.has_work != 0 ? 1 : 0);
  if (!spec || request.slot >= slots_.size() || fds.size() != 4 + extra + spec->input_fds.size()) {
    return report_failure(fds[0].get(), {Step::spec, EINVAL, 0});
  }
  RunFds run{std::move(fds[0]), std::move(fds[2]), std::move(fds[3]), {}, {}, {}, std::move(fds[1]), 0};
  if (captured != 0) run.capture = std::move(fds[4]);
  if (request.has_work != 0) run.work = std::move(fds[4 + captured]);
  run.spec_bytes = request.spec_bytes;
  for (std::size_t i = 4 + extra; i < fds.size(); ++i) run.inputs.push_back(std::move(fds[i]));
  const auto zygote = zygotes_.find(request.zygote);
  if (request.zygote != 0 && zygote == zygotes_.end()) return report_failure(run.socket.get(), {Step::join, ESRCH, 0});
  auto& slot = slots_[request.slot];
  if (slot == nullptr) slot = std::make_unique<Slot>(host_, request.slot);
  if (!slot->start(*spec, std::move(run), request.zygote == 0 ? nullptr : zygote->second.get())) return;
  watch(slot->pidfd(), tag(Source::process, request.slot));
  watch(slot->socket(), tag(Source::run, request.slot));
  watch(slot->oom_event_fd(), tag(Source::memory, request.slot));  // there already from the last run: no harm
}

void Loop::start_zygote(const wire::ZygoteRequest& request, std::vector<UniqueFd> fds) {
  if (fds.size() < 2 || zygotes_.size() >= kZygotesMax || zygotes_.contains(request.id)) return;
  const MappedSpec mapped(fds[1].get(), request.spec_bytes);
  auto spec = wire::decode(mapped.text());
  const int late_fd = static_cast<int>(request.late_fd);
  const bool has_late = spec && std::ranges::count(spec->input_fds, late_fd) == 1;
  if (!has_late || fds.size() != 1 + spec->input_fds.size()) return report_failure(fds[0].get(), {Step::spec, EINVAL, 0});
  ZygoteFds given{std::move(fds[0]), {}};
  for (std::size_t i = 2; i < fds.size(); ++i) given.inputs.push_back(std::move(fds[i]));
  auto zygote = std::make_unique<Zygote>(host_, request.id);
  if (!zygote->start(*spec, late_fd, std::move(given))) return;
  watch(zygote->offers(), tag(Source::zygote_ready, request.id));
  watch(zygote->pidfd(), tag(Source::zygote_end, request.id));
  watch(zygote->socket(), tag(Source::zygote_unwanted, request.id));
  zygotes_.emplace(request.id, std::move(zygote));
}

// It is ready, has ended, or the server wants no more of it: then those that have asked
// already still get their copies, unless the server says kill.
void Loop::on_zygote(std::uint32_t id, Source source) {
  const auto found = zygotes_.find(id);
  if (found == zygotes_.end()) return;
  Zygote& zygote = *found->second;
  // Boxes being made hold copies of these, and epoll goes by the last.
  const int watched = source == Source::zygote_ready ? zygote.offers() : source == Source::zygote_end ? zygote.pidfd() : zygote.socket();
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, watched, nullptr);
  if (source == Source::zygote_ready) return zygote.on_ready();
  char command = 0;
  const bool is_kill = source == Source::zygote_unwanted && ::recv(zygote.socket(), &command, 1, MSG_DONTWAIT) == 1;
  if (source == Source::zygote_unwanted && !is_kill) return zygote.retire();
  if (zygote.socket() >= 0) ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, zygote.socket(), nullptr);
  zygotes_.erase(found);
}

}  // namespace

void serve(Host& host, int control) { Loop(host, control).run(); }

}  // namespace collet::launcher
