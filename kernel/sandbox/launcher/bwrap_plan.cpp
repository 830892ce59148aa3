// What bubblewrap is told, and what is laid ready for it.
#include <algorithm>
#include <cerrno>
#include <climits>
#include <initializer_list>
#include <set>

#include <fcntl.h>
#include <sched.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "sandbox/launcher/bwrap.hpp"
#include "sandbox/launcher/inside.hpp"
#include "sandbox/launcher/slot.hpp"
#include "sandbox/launcher/tree_paths.hpp"

namespace collet::launcher {
namespace {

constexpr int kFirstKeptFd = 16;  // below are those of bubblewrap and of the program

// To be read from its start by whoever gets it.
UniqueFd make_file(std::string_view text) {
  UniqueFd made(::memfd_create("collet", MFD_CLOEXEC));
  UniqueFd file(made ? ::fcntl(made.get(), F_DUPFD_CLOEXEC, kFirstKeptFd) : -1);
  if (!file || ::pwrite(file.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) file.reset();
  return file;
}

class Arguments {
 public:
  void add(std::initializer_list<std::string_view> words) {
    for (const auto word : words) text_.append(word).push_back('\0');
  }
  /// Two mounts at one place are one over the other, but a link stays what it is.
  void add_link(const Mount& mount) {
    if (links_.insert(mount.target).second) add({"--symlink", mount.source, "/" + mount.target});
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::set<std::string> links_;
};

class Planner {
 public:
  Planner(const Host& host, BoxPlan& plan, BwrapBox& box, Failure& failure) : host_(host), plan_(plan), box_(box), failure_(failure) {}

  [[nodiscard]] bool plan() {
    box_.program = host_.setup.bwrap_path.data();
    if (host_.can(wire::kOwnUids)) {
      box_.place = place_for_trees();
      box_.namespaces = CLONE_NEWPID | CLONE_NEWNS;
    }
    add_namespaces();
    if (!add_system() || !add_early() || !add_late() || !add_program()) return false;
    arguments_.add({"--proc", "/proc", "--remount-ro", "/"});
    box_.arguments = make_file(arguments_.text());
    box_.inside = make_file(encode_inside(plan_));
    box_.words = make_file("");
    if (!box_.arguments || !box_.inside || !box_.words) return fail(Step::bwrap, 0);
    for (const int fd : {plan_.spec_fd, plan_.page_fd, plan_.filter_fd, plan_.box.life_fd, plan_.run_socket, plan_.fds.out, plan_.fds.err,
                         plan_.fds.capture, plan_.work}) {
      if (fd >= 0) box_.kept.push_back(fd);
    }
    box_.kept.insert(box_.kept.end(), plan_.fds.inputs, plan_.fds.inputs + plan_.program.input_count);
    return true;
  }

 private:
  bool fail(Step step, std::uint32_t index) {
    failure_ = {step, errno, index};
    return false;
  }

  void add_namespaces() {
    const std::string id = std::to_string(plan_.box.ids.inside);
    arguments_.add({"--unshare-user", "--uid", id, "--gid", id, "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup"});
    if (plan_.box.fresh_net) arguments_.add({"--unshare-net"});
    // The capabilities hold in the box's user namespace only, and our part of the
    // first process gives them up before there is a program.
    arguments_.add({"--hostname", "box", "--as-pid-1", "--die-with-parent", "--clearenv", "--cap-add", "ALL", "--chdir", "/"});
  }

  /// Where bubblewrap will find the source of a mount. Without rights of our own it
  /// takes what it may reach itself, which is what we may.
  bool stage(const Mount& mount, std::string name, std::string& path) {
    path = mount.source;
    if (box_.place.empty()) {
      const UniqueFd there(::open(path.c_str(), O_PATH | O_CLOEXEC));
      return static_cast<bool>(there);
    }
    path = box_.place + "/" + name;
    int tree = mount.tree.get();
    if (tree < 0) tree = box_.own.emplace_back(copy_tree(mount.source.c_str(), mount.is_device)).get();
    box_.staged.push_back({tree, path, mount.is_folder});
    return tree >= 0;
  }

  bool add_early() {
    for (std::uint32_t i = 0; i < plan_.mounts.size(); ++i) {
      Mount& mount = plan_.mounts[i];
      if (mount.kind == Mount::Kind::link) {
        arguments_.add_link(mount);
      } else if (mount.may_miss) {
        plan_.late.push_back(std::move(mount));  // bubblewrap would make what it cannot find
      } else {
        std::string source;
        if (!stage(mount, "early" + std::to_string(i), source)) return fail(mount.is_device ? Step::devices : Step::root_tree, i);
        arguments_.add({mount.is_device ? "--dev-bind" : "--ro-bind", source, "/" + mount.target});
      }
    }
    return true;
  }

  bool add_system() {
    for (const char* folder : kOwnFolders) arguments_.add({"--dir", std::string("/") + folder});
    for (const auto& file : kOwnFiles) {
      UniqueFd text = make_file(file.text);
      if (!text) return fail(Step::layout, 0);
      arguments_.add({"--perms", "0444", "--file", std::to_string(text.get()), std::string("/") + file.path});
      box_.kept.push_back(text.get());
      box_.own.push_back(std::move(text));
    }
    for (const auto& link : kOwnLinks) arguments_.add({"--symlink", link.text, std::string("/") + link.path});
    return true;
  }

  bool add_late() {
    for (std::uint32_t i = 0; i < plan_.late.size(); ++i) {
      const Mount& mount = plan_.late[i];
      if (mount.kind == Mount::Kind::link || mount.is_device) continue;
      std::string source;
      if (!stage(mount, "late" + std::to_string(i), source)) return fail(Step::root_tree, ~i);
      arguments_.add({"--ro-bind", source, staged_path(i)});
    }
    return true;
  }

  bool add_program() {
    Mount self;
    self.source = host_.self;
    self.is_folder = false;
    std::string source;
    if (!stage(self, "program", source)) return fail(Step::inside, 0);
    arguments_.add({"--ro-bind", source, kInsidePath});
    return true;
  }

  const Host& host_;
  BoxPlan& plan_;
  BwrapBox& box_;
  Failure& failure_;
  Arguments arguments_;
};

}  // namespace

std::unique_ptr<BwrapBox> plan_bwrap(const Host& host, BoxPlan& plan, Failure& failure) {
  auto box = std::make_unique<BwrapBox>();
  return Planner(host, plan, *box, failure).plan() ? std::move(box) : nullptr;
}

bool settle_bwrap(Host& host, Failure& failure, std::string& detail) {
  const auto refuse = [&](Step step, int error, std::string text) {
    failure = {step, error, 0};
    detail = std::move(text);
    return false;
  };
  const char* program = host.setup.bwrap_path.data();
  if (::access(program, X_OK) != 0) return refuse(Step::bwrap, errno, std::string("bubblewrap is not at \"") + program + "\" (sandbox.bwrap_path)");
  if (!host.can(wire::kUserNs)) return refuse(Step::clone, host.user_ns_error, "bubblewrap makes its boxes in user namespaces, which are refused");
  // Only what the program needs is in its box, and that may be no library at all.
  if (::getauxval(AT_BASE) != 0) return refuse(Step::inside, ENOEXEC, "this collet-launcher is not linked statically; build it where libseccomp.a is");
  char self[PATH_MAX];
  const ssize_t size = ::readlink("/proc/self/exe", self, sizeof self);
  if (size <= 0) return refuse(Step::inside, errno, "the launcher's own path");
  host.self.assign(self, static_cast<std::size_t>(size));
  const auto bytes_of = [](const std::vector<sock_filter>& filter) {
    return std::string_view(reinterpret_cast<const char*>(filter.data()), filter.size() * sizeof(sock_filter));
  };
  host.filter_file = make_file(bytes_of(host.filter));
  host.strict_filter_file = make_file(bytes_of(host.strict_filter));
  if (!host.filter_file || !host.strict_filter_file) return refuse(Step::filter, errno, "a file for the system call filter");
  // A box whose bubblewrap was ended early is ours to bury.
  if (::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) return refuse(Step::session, errno, "the launcher as the parent of orphans");
  return true;
}

}  // namespace collet::launcher
