#include "sandbox/launch.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <optional>
#include <span>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <poll.h>

#include "sandbox/work_folder.hpp"

namespace collet::sandbox {
namespace {

constexpr int kEndTimeoutMs = 500;
// Of a program that may wait long for its input before its run's time limit is
// known. The run's own clock ends it much earlier.
constexpr double kLateCpuSeconds = 3600;

Result<void> check(const BoxSpec& spec, const config::SandboxSettings& settings) {
  const config::SizeSettings& size = spec.size;
  std::int64_t input_bytes = 0;
  for (const auto& input : spec.inputs) input_bytes += static_cast<std::int64_t>(input.data.size());
  if (input_bytes > settings.input_bytes_max) {
    return Error{Errc::invalid, "the inputs have " + std::to_string(input_bytes) + " bytes; at most " +
                                    std::to_string(settings.input_bytes_max) + " are allowed (sandbox.input_bytes_max)"};
  }
  for (const std::string& root : spec.roots) {
    if (!spec.work || !root.starts_with("/work/")) continue;
    return Error{Errc::invalid, "a session keeps the files in /work, so the host's \"" + root + "\" cannot be shown there; move it to another folder"};
  }
  if (std::ranges::count_if(spec.inputs, &BoxInput::late) > 1) return Error{Errc::invalid, "box: more than one input is late"};
  if (size.memory_bytes < 0 || size.disk_bytes < 0 || size.pids_max < 0 || size.cpu_weight < 1 || size.cpu_cores < 0) {
    return Error{Errc::invalid, "box: a size may not have negative numbers, and its cpu_weight is at least 1"};
  }
  return {};
}

wire::Limits limits_of(const BoxSpec& spec) {
  const config::SizeSettings& size = spec.size;
  const double cores = size.cpu_cores > 0 ? size.cpu_cores : static_cast<double>(std::max(1u, std::thread::hardware_concurrency()));
  const bool waits = std::ranges::any_of(spec.inputs, &BoxInput::late);
  const double seconds = waits ? kLateCpuSeconds : static_cast<double>(spec.timeout_ms) / 1000;
  wire::Limits limits;
  limits.memory_bytes = static_cast<std::uint64_t>(size.memory_bytes);
  limits.disk_bytes = static_cast<std::uint64_t>(size.disk_bytes);
  limits.pids_max = static_cast<std::uint32_t>(size.pids_max);
  limits.cpu_weight = static_cast<std::uint32_t>(size.cpu_weight);
  limits.cpu_milli = static_cast<std::uint32_t>(std::lround(size.cpu_cores * 1000));
  limits.cpu_seconds = static_cast<std::uint32_t>(std::ceil(seconds * cores)) + 1;
  return limits;
}

// What the box gets. Our copies close when this goes, so that the end of the box is
// the end of its pipes.
struct BoxEnds {
  UniqueFd socket, told, out, err, captured;
  int work = -1;  ///< Borrowed.
  std::vector<UniqueFd> inputs;

  [[nodiscard]] std::vector<int> in_order() const {
    std::vector<int> fds = {socket.get(), told.get(), out.get(), err.get()};
    if (captured) fds.push_back(captured.get());
    if (work >= 0) fds.push_back(work);
    for (const auto& input : inputs) fds.push_back(input.get());
    return fds;
  }
};

Result<void> take_apart(Result<FdPair> pair, UniqueFd& first, UniqueFd& second) {
  if (!pair) return std::move(pair).error();
  first = std::move(pair->first);
  second = std::move(pair->second);
  return {};
}

Result<void> add_input(const BoxInput& input, LateInput late, Launched& ours, BoxEnds& theirs) {
  UniqueFd& end = theirs.inputs.emplace_back();
  if (input.late && late == LateInput::later) return take_apart(make_input_pipe(), end, ours.late);
  auto file = make_memory_file("input", input.data);
  if (!file) return std::move(file).error();
  end = std::move(*file);
  return {};
}

Result<void> make_ends(const BoxSpec& spec, const std::string& told, LateInput late, Launched& ours, BoxEnds& theirs) {
  auto file = make_memory_file("box", told);
  if (!file) return std::move(file).error();
  theirs.told = std::move(*file);
  if (auto made = take_apart(make_socket_pair(), ours.socket, theirs.socket); !made) return made;
  if (auto made = take_apart(make_output_pipe(), ours.out, theirs.out); !made) return made;
  if (auto made = take_apart(make_output_pipe(), ours.err, theirs.err); !made) return made;
  if (spec.capture_fd != 0) {
    if (auto made = take_apart(make_output_pipe(), ours.captured, theirs.captured); !made) return made;
  }
  for (const auto& input : spec.inputs) {
    if (auto made = add_input(input, late, ours, theirs); !made) return made;
  }
  return {};
}

Result<void> send_request(RunCore& core, const wire::RunRequest& request, std::span<const int> fds) {
  int error = 0;
  for (int attempt = 0; attempt < 2; ++attempt) {
    Check why_not;
    const auto launcher = core.launcher(why_not);
    if (!launcher) return Error{Errc::denied, text_of(why_not)};
    error = launcher->send(request, fds);
    if (error == 0) return {};
    if (!launcher->is_gone()) break;
  }
  if (error == EAGAIN || error == ETOOMANYREFS) return Error{Errc::limit, "the sandbox launcher is busy"};
  return os_error("handing the run to the sandbox launcher", error);
}

}  // namespace

Result<std::string> encode_box(const BoxSpec& spec, const config::SandboxSettings& settings) {
  if (auto checked = check(spec, settings); !checked) return std::move(checked).error();
  wire::Spec told{spec.argv, spec.env, spec.roots, spec.app_root, spec.app_scratch, {spec.trees.begin(), spec.trees.end()}, 0, {}, spec.capture_fd, limits_of(spec)};
  if (spec.has_out_folder) told.openings |= wire::kOutFolder;
  if (spec.gate) told.openings |= wire::kGate;
  if (spec.work) told.openings |= wire::kWorkFolder;
  const auto is_home = [](const std::string& entry) { return entry.starts_with("HOME="); };
  if (std::ranges::none_of(told.env, is_home)) told.env.emplace_back("HOME=/work");
  for (const auto& input : spec.inputs) told.input_fds.push_back(input.fd);
  return wire::encode(told);
}

Result<Launched> launch_box(RunCore& core, const BoxSpec& spec, const std::string& told, LateInput late, Start start) {
  auto slot = spec.work && spec.work->slot() ? spec.work->slot() : core.slots.take();
  if (!slot) return Error{Errc::limit, "every place for a box is taken"};
  Launched ours{std::move(slot), {}, {}, {}, {}, {}, 0, false};
  BoxEnds theirs;
  if (spec.work) theirs.work = spec.work->folder();
  if (auto made = make_ends(spec, told, late, ours, theirs); !made) return std::move(made).error();
  wire::RunRequest request;
  request.slot = ours.slot->number();
  request.has_work = theirs.work >= 0 ? 1 : 0;
  request.spec_bytes = static_cast<std::uint32_t>(told.size());
  if (start == Start::copied) ours.zygote = request.zygote = core.zygotes().id_for(spec);
  if (auto sent = send_request(core, request, theirs.in_order()); !sent) return std::move(sent).error();
  return ours;
}

void put_down(Launched box) {
  const char kill = static_cast<char>(wire::Command::kill);
  send_message(box.socket.get(), {&kill, 1});
  pollfd waiting{box.socket.get(), 0, 0};
  if (::poll(&waiting, 1, kEndTimeoutMs) <= 0) box.slot->condemn();
}

}  // namespace collet::sandbox
