#include "sandbox/wire.hpp"

#include <algorithm>
#include <cstring>

namespace collet::sandbox::wire {
namespace {

constexpr std::string_view kStepNames[] = {
  "none", "spec", "slot", "cgroup", "net_ns", "bwrap", "inside", "clone", "id_map", "session", "cgroup_attach",
  "cgroup_ns", "uid", "groups", "host_name", "propagation", "root_tree", "proc", "work_tmpfs", "work_folder", "layout",
  "devices", "masks", "attach_root", "app_overlay", "pivot", "read_only", "loopback", "openings", "keyring", "capabilities",
  "no_new_privs", "landlock", "filter", "fork", "join", "limits", "descriptors", "cwd", "exec",
};
static_assert(std::size(kStepNames) == static_cast<std::size_t>(Step::exec) + 1);

struct Head {
  std::uint32_t magic = kMagic;
  std::uint32_t argc = 0;
  std::uint32_t envc = 0;
  std::uint32_t rootc = 0;
  std::uint32_t inputc = 0;
  std::uint32_t has_app = 0;
  std::int32_t capture_fd = 0;
  std::int32_t input_fds[kInputsMax] = {};
  std::uint32_t app_scratch = 0;
  std::uint32_t treec = 0;
  std::uint32_t openings = 0;
  Limits limits;
};

Error bad(std::string text) { return Error{Errc::invalid, "box: " + std::move(text)}; }

void put(std::string& out, std::string_view text) {
  const auto size = static_cast<std::uint32_t>(text.size());
  out.append(reinterpret_cast<const char*>(&size), sizeof size);
  out.append(text);
  out.push_back('\0');
}

// Takes one string from the front; null when the bytes do not hold one.
const char* take(std::string_view& bytes) {
  std::uint32_t size = 0;
  if (bytes.size() < sizeof size) return nullptr;
  std::memcpy(&size, bytes.data(), sizeof size);
  bytes.remove_prefix(sizeof size);
  if (bytes.size() <= size || bytes[size] != '\0') return nullptr;
  if (std::memchr(bytes.data(), '\0', size) != nullptr) return nullptr;
  const char* text = bytes.data();
  bytes.remove_prefix(size + 1u);
  return text;
}

bool take_all(std::string_view& bytes, std::uint32_t count, std::vector<const char*>& out) {
  out.reserve(count + 1u);
  for (std::uint32_t i = 0; i < count; ++i) {
    const char* text = take(bytes);
    if (text == nullptr) return false;
    out.push_back(text);
  }
  out.push_back(nullptr);
  return true;
}

bool is_extra_fd(int fd) { return fd >= kFirstExtraFd && fd <= kLastExtraFd; }

// A path that is absolute, has no "." or ".." in it, and is none of the places
// the box makes itself.
bool is_root_path(std::string_view path) {
  if (path.size() < 2 || path.front() != '/' || path.back() == '/') return false;
  const std::string padded = std::string(path) + "/";
  for (const std::string_view part : {"//", "/./", "/../"}) {
    if (padded.find(part) != std::string::npos) return false;
  }
  for (const std::string_view own : {"/proc/", "/sys/", "/dev/"}) {
    if (padded.starts_with(own)) return false;
  }
  static constexpr std::string_view kOwn[] = {"/work", "/tmp", "/app", "/etc", "/out"};
  return std::ranges::find(kOwn, path) == std::end(kOwn) && std::ranges::find(kPlaces, path) == std::end(kPlaces);
}

std::string check_fds(const std::vector<int>& inputs, int capture_fd) {
  if (capture_fd != 0 && !is_extra_fd(capture_fd)) {
    return "capture_fd is " + std::to_string(capture_fd) + "; expected 0 or 3..9";
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const int fd = inputs[i];
    const bool twice = std::count(inputs.begin(), inputs.end(), fd) > 1 || fd == capture_fd;
    if (fd != 0 && (!is_extra_fd(fd) || twice)) {
      return "inputs[" + std::to_string(i) + "].fd is " + std::to_string(fd) +
             "; expected 0 or 3..9, each once and none the capture_fd";
    }
    if (fd == 0 && std::count(inputs.begin(), inputs.end(), 0) > 1) return "two inputs for descriptor 0";
  }
  return "";
}

std::string check_paths(const char* program, const std::vector<const char*>& roots, const char* app_root) {
  if (program == nullptr || program[0] != '/') return "argv[0] must be an absolute path inside the box";
  for (std::size_t i = 0; i < roots.size(); ++i) {
    if (roots[i] == nullptr || is_root_path(roots[i])) continue;
    return "roots[" + std::to_string(i) + "] is \"" + roots[i] +
           "\"; expected an absolute path without . and .. that is not /, /proc, /sys, /dev, /etc, /work, /tmp, /app, /out, /packages or /cache";
  }
  if (app_root != nullptr && app_root[0] != '/') return "app_root must be an absolute path";
  return "";
}

std::string check_trees(const std::vector<const char*>& trees) {
  for (const char* tree : trees) {
    if (tree != nullptr && tree[0] != '\0' && tree[0] != '/') return "a tree must be an absolute path";
  }
  return "";
}

std::string check_limits(const Limits& limits) {
  if (limits.memory_bytes < (4u << 20)) return "size.memory_bytes must be at least 4194304";
  if (limits.disk_bytes < 65'536) return "size.disk_bytes must be at least 65536";
  if (limits.pids_max < 2) return "size.pids_max must be at least 2";
  return "";
}

}  // namespace

std::string_view name(Step step) {
  const auto index = static_cast<std::size_t>(step);
  return index < std::size(kStepNames) ? kStepNames[index] : "unknown";
}

Result<std::string> encode(const Spec& spec) {
  if (spec.input_fds.size() > kInputsMax) return bad("more than 8 inputs");
  Head head;
  head.argc = static_cast<std::uint32_t>(spec.argv.size());
  head.envc = static_cast<std::uint32_t>(spec.env.size());
  head.rootc = static_cast<std::uint32_t>(spec.roots.size());
  head.inputc = static_cast<std::uint32_t>(spec.input_fds.size());
  head.has_app = !spec.app_root.empty();
  head.app_scratch = spec.app_scratch;
  head.capture_fd = spec.capture_fd;
  head.treec = static_cast<std::uint32_t>(spec.trees.size());
  head.openings = spec.openings;
  std::copy(spec.input_fds.begin(), spec.input_fds.end(), head.input_fds);
  head.limits = spec.limits;
  std::string out(reinterpret_cast<const char*>(&head), sizeof head);
  for (const auto* list : {&spec.argv, &spec.env, &spec.roots, &spec.trees}) {
    for (const auto& text : *list) {
      if (text.find('\0') != std::string::npos) return bad("argv, env, roots and trees may not hold a zero byte");
      put(out, text);
    }
  }
  if (!spec.app_root.empty()) put(out, spec.app_root);
  auto checked = decode(out);  // one set of rules for both sides
  if (!checked) return std::move(checked).error();
  return out;
}

Result<SpecView> decode(std::string_view bytes) {
  Head head;
  if (bytes.size() > kSpecBytesMax) return bad("argv, env and roots are larger than 4 MiB together");
  if (bytes.size() < sizeof head) return bad("spec too short");
  std::memcpy(&head, bytes.data(), sizeof head);
  bytes.remove_prefix(sizeof head);
  if (head.magic != kMagic) return bad("spec of another build; collet and collet-launcher must match");
  if (head.argc == 0) return bad("argv is empty");
  if (head.argc > kStringsMax || head.envc > kStringsMax) return bad("more than 4096 entries in argv or env");
  if (head.rootc > kRootsMax) return bad("more than 64 roots");
  if (head.inputc > kInputsMax) return bad("more than 8 inputs");
  if (head.treec > std::size(kPlaces)) return bad("more than 2 trees");
  if ((head.openings & ~(kOutFolder | kGate | kWorkFolder)) != 0) return bad("unknown openings");
  SpecView view;
  view.openings = head.openings;
  if (!take_all(bytes, head.argc, view.argv) || !take_all(bytes, head.envc, view.env) ||
      !take_all(bytes, head.rootc, view.roots) || !take_all(bytes, head.treec, view.trees)) {
    return bad("spec is damaged");
  }
  if (head.has_app != 0 && (view.app_root = take(bytes)) == nullptr) return bad("spec is damaged");
  if (!bytes.empty()) return bad("spec is damaged");
  if (head.app_scratch != 0 && head.has_app == 0) return bad("a scratch folder over the app folder needs an app_root");
  view.input_fds.assign(head.input_fds, head.input_fds + head.inputc);
  view.app_scratch = head.app_scratch != 0;
  view.capture_fd = head.capture_fd;
  view.limits = head.limits;
  for (const auto& problem : {check_fds(view.input_fds, view.capture_fd),
                              check_paths(view.argv[0], view.roots, view.app_root),
                              check_trees(view.trees), check_limits(view.limits)}) {
    if (!problem.empty()) return bad(problem);
  }
  return view;
}

}  // namespace collet::sandbox::wire
