#include "sandbox/zygotes.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "sandbox/core.hpp"
#include "sandbox/explain.hpp"
#include "sandbox/launch.hpp"
#include "sandbox/wire.hpp"

namespace collet::sandbox {
namespace {

using std::chrono::seconds;

constexpr seconds kRetryAfter{60};
constexpr seconds kReadyWithin{60};

const BoxInput* fork_input(const BoxSpec& spec) {
  const auto found = std::ranges::find_if(spec.inputs, &BoxInput::fork);
  return found == spec.inputs.end() || !found->late ? nullptr : &*found;
}

// What decides how far a program comes without its late input. What else a box is given
// its copy meets there.
BoxSpec common_part(const BoxSpec& spec) {
  BoxSpec common;
  common.argv = spec.argv;
  common.env = spec.env;
  common.roots = spec.roots;
  common.inputs = spec.inputs;
  for (auto& input : common.inputs) {
    if (input.late) input.data.clear();
  }
  common.capture_fd = spec.capture_fd;
  common.timeout_ms = spec.timeout_ms;
  common.size = spec.size;
  return common;
}

void add(std::string& key, std::string_view text) { key.append(std::to_string(text.size())).append(":").append(text); }

std::string key_of(const BoxSpec& spec) {
  std::string key;
  for (const auto* list : {&spec.argv, &spec.env, &spec.roots}) {
    add(key, std::to_string(list->size()));
    for (const auto& text : *list) add(key, text);
  }
  for (const auto& input : spec.inputs) add(key, std::to_string(input.fd) + (input.late ? "L" : "D" + input.data));
  return key + std::to_string(spec.capture_fd);
}

}  // namespace

std::uint32_t Zygotes::id_for(const BoxSpec& spec) {
  if (fork_input(spec) == nullptr || core_.settings.zygotes_max <= 0) return 0;
  const auto now = Clock::now();
  const std::lock_guard lock(mutex_);
  const std::string key = key_of(spec);
  if (!programs_.contains(key)) make_room();
  Program& program = programs_[key];
  program.path = spec.argv.front();
  program.used = now;
  refresh(program);
  const bool is_wanted = program.current.id == 0 || is_worn(program.current);
  if (is_wanted && program.next.id == 0 && now >= program.retry_at) {
    program.next = start(common_part(spec));
    if (program.next.id == 0) program.retry_at = now + kRetryAfter;
  }
  if (program.current.id == 0) return 0;
  ++program.current.copies;
  return program.current.id;
}

// Its address layout and its secrets are those of all its copies, so none lives long.
bool Zygotes::is_worn(const Zygote& zygote) const {
  return zygote.copies >= core_.settings.zygote_copies_max ||
         Clock::now() - zygote.started > seconds(core_.settings.zygote_age_seconds_max);
}

void Zygotes::refresh(Program& program) {
  look_at(program.next, program);
  if (program.next.is_ready) program.current = std::exchange(program.next, {});
  look_at(program.current, program);
}

// What it has said since: that it is ready, or why it is no more.
void Zygotes::look_at(Zygote& zygote, Program& program) {
  if (zygote.id == 0) return;
  union {
    wire::ZygoteReady ready;
    wire::RunReport report;
  } message{};
  std::vector<UniqueFd> fds;
  const ssize_t got = receive_message(zygote.socket.get(), &message, sizeof message, fds);
  if (got == sizeof message.ready && message.ready.magic == wire::kMagic) {
    zygote.is_ready = true;
    return;
  }
  const bool is_late = !zygote.is_ready && Clock::now() - zygote.started > kReadyWithin;
  if (got < 0 && (errno == EAGAIN || errno == EINTR) && !is_late) return;
  std::string why = is_late ? "it does not get ready" : "it has ended";
  if (got == sizeof message.report && message.report.failure.step != wire::Step::none) why = explain(message.report.failure, {{program.path}}).message;
  base::log_warn("a program cannot be copied ahead of need; its runs start it anew", {{"program", program.path}, {"why", why}});
  zygote = {};
  program.retry_at = Clock::now() + kRetryAfter;
}

Zygotes::Zygote Zygotes::start(const BoxSpec& spec) {
  Check why_not;
  const auto launcher = core_.launcher(why_not);
  if (!launcher || (launcher->ready().abilities & wire::kZygotes) == 0) return {};
  auto told = encode_box(spec, core_.settings);
  auto sockets = make_socket_pair();
  auto file = told ? make_memory_file("zygote", *told) : Result<UniqueFd>(told.error());
  if (!sockets || !file) return {};
  std::vector<UniqueFd> inputs;
  std::vector<int> fds = {sockets->second.get(), file->get()};
  for (const auto& input : spec.inputs) {
    if (input.late) continue;
    auto data = make_memory_file("input", input.data);
    if (!data) return {};
    fds.push_back(inputs.emplace_back(std::move(*data)).get());
  }
  wire::ZygoteRequest request;
  request.id = ++last_id_;
  request.spec_bytes = static_cast<std::uint32_t>(told->size());
  request.late_fd = static_cast<std::uint32_t>(fork_input(spec)->fd);
  if (launcher->send(request, fds) != 0) return {};
  return {request.id, std::move(sockets->first), Clock::now(), 0, false};
}

void Zygotes::failed(std::uint32_t id, const std::string& why) {
  const std::lock_guard lock(mutex_);
  for (auto& [key, program] : programs_) {
    if (program.current.id != id) continue;
    const char kill = static_cast<char>(wire::Command::kill);
    send_message(program.current.socket.get(), {&kill, 1});
    program.current = {};
    program.retry_at = Clock::now() + kRetryAfter;
    base::log_warn("a copy of a program did not come about; its runs start it anew", {{"why", why}});
  }
}

// Under the lock: the one that was not used for longest goes.
void Zygotes::make_room() {
  while (programs_.size() >= static_cast<std::size_t>(core_.settings.zygotes_max)) {
    programs_.erase(std::ranges::min_element(programs_, {}, [](const auto& entry) { return entry.second.used; }));
  }
}

void Zygotes::forget_idle(bool is_memory_short) {
  const auto oldest = Clock::now() - seconds(core_.settings.warm_idle_seconds);
  const std::lock_guard lock(mutex_);
  std::erase_if(programs_, [&](const auto& entry) { return is_memory_short || entry.second.used < oldest; });
}

void Zygotes::drop() {
  const std::lock_guard lock(mutex_);
  programs_.clear();
}

std::size_t Zygotes::count() const {
  const std::lock_guard lock(mutex_);
  return programs_.size();
}

std::size_t Zygotes::ready_count() {
  const std::lock_guard lock(mutex_);
  std::size_t ready = 0;
  for (auto& [key, program] : programs_) {
    refresh(program);
    ready += program.current.id != 0 ? 1 : 0;
  }
  return ready;
}

}  // namespace collet::sandbox
