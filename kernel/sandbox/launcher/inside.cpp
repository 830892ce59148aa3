#include "sandbox/launcher/inside.hpp"

#include <cerrno>
#include <cstring>
#include <memory>
#include <string_view>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace collet::launcher {
namespace {

// Written and read by the same program, so it lies as it is in memory.
struct Head {
  std::uint32_t magic = wire::kMagic;
  std::uint32_t spec_bytes = 0;
  std::int32_t spec_fd = -1;
  std::int32_t page_fd = -1;
  std::int32_t filter_fd = -1;
  std::uint32_t filter_size = 0;
  std::int32_t life_fd = -1;
  std::int32_t run_socket = -1;
  std::int32_t work = -1;
  ProgramPlan program;
  ProgramFds fds;
  std::uint32_t late_count = 0;
  char tmpfs_bytes[24] = {};
  char tmpfs_inodes[24] = {};
};

struct LateHead {
  Mount::Kind kind = Mount::Kind::tree;
  bool is_folder = true;
  bool is_device = false;
  bool may_miss = false;
  bool is_scratch = false;
  bool is_nameless = false;
};

template <class T>
void put(std::string& out, const T& value) { out.append(reinterpret_cast<const char*>(&value), sizeof value); }

template <class T>
bool take(std::string_view& bytes, T& value) {
  if (bytes.size() < sizeof value) return false;
  std::memcpy(&value, bytes.data(), sizeof value);
  bytes.remove_prefix(sizeof value);
  return true;
}

std::string_view take_text(std::string_view& bytes) {
  const std::string_view text = bytes.substr(0, bytes.find('\0'));
  bytes.remove_prefix(std::min(bytes.size(), text.size() + 1));
  return text;
}

// Nothing is given back: the process ends with the box.
std::string_view map_file(int fd) {
  struct stat about{};
  if (fd < 0 || ::fstat(fd, &about) != 0 || about.st_size <= 0) return {};
  const auto size = static_cast<std::size_t>(about.st_size);
  void* at = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
  ::close(fd);
  return at == MAP_FAILED ? std::string_view() : std::string_view(static_cast<const char*>(at), size);
}

SharedPage* map_page(int fd) {
  void* at = ::mmap(nullptr, sizeof(SharedPage), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  ::close(fd);
  return at == MAP_FAILED ? nullptr : static_cast<SharedPage*>(at);
}

bool take_late(std::string_view bytes, std::uint32_t count, std::vector<Mount>& late) {
  for (std::uint32_t i = 0; i < count; ++i) {
    LateHead head;
    if (!take(bytes, head)) return false;
    Mount mount{head.kind, std::string(take_text(bytes)), "", head.is_folder, head.is_device, head.may_miss, head.is_scratch, {}, head.is_nameless};
    mount.target = take_text(bytes);
    late.push_back(std::move(mount));
  }
  return true;
}

bool decode_inside(BoxPlan& plan, wire::SpecView& spec) {
  std::string_view bytes = map_file(kInsideFd);
  Head head;
  if (!take(bytes, head) || head.magic != wire::kMagic) return false;
  plan.page = map_page(head.page_fd);
  if (plan.page == nullptr) return false;
  auto decoded = wire::decode(map_file(head.spec_fd).substr(0, head.spec_bytes));
  const std::string_view filter = map_file(head.filter_fd);
  if (!decoded || filter.size() != head.filter_size * sizeof(sock_filter)) return errno = EINVAL, false;
  spec = std::move(*decoded);
  plan.spec = &spec;
  plan.box.filter = {static_cast<unsigned short>(head.filter_size), reinterpret_cast<sock_filter*>(const_cast<char*>(filter.data()))};
  plan.box.life_fd = head.life_fd;
  plan.run_socket = head.run_socket;
  plan.work = head.work;
  plan.program = head.program;
  plan.fds = head.fds;
  std::memcpy(plan.tmpfs_bytes, head.tmpfs_bytes, sizeof head.tmpfs_bytes);
  std::memcpy(plan.tmpfs_inodes, head.tmpfs_inodes, sizeof head.tmpfs_inodes);
  return take_late(bytes, head.late_count, plan.late);
}

// The folder they lie in is about to be covered: they are taken out, so that the list
// of mounts does not show them, nor where on the host this program is.
void take_out_staged(BoxPlan& plan) {
  for (std::uint32_t i = 0; i < plan.late.size(); ++i) {
    Mount& mount = plan.late[i];
    const std::string path = staged_path(i);
    if (mount.kind == Mount::Kind::link || mount.is_device) continue;
    mount.tree.reset(::open_tree(AT_FDCWD, path.c_str(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE));
    if (!mount.tree || ::umount2(path.c_str(), MNT_DETACH) != 0) give_up(plan, Step::root_tree, ~i);
  }
  if (::umount2(kInsidePath, MNT_DETACH) != 0) give_up(plan, Step::inside);
}

// As the first process of the other boxes is called.
void hide_arguments(char** argv) {
  constexpr std::string_view kName = "collet-launcher";
  const std::size_t size = std::strlen(argv[0]);
  std::memset(argv[0], 0, size);
  kName.copy(argv[0], size);
  ::prctl(PR_SET_NAME, kName.data());
}

}  // namespace

std::string staged_path(std::size_t late) { return "/tmp/" + std::to_string(late); }

std::string encode_inside(const BoxPlan& plan) {
  Head head;
  head.spec_bytes = plan.spec_bytes;
  head.spec_fd = plan.spec_fd;
  head.page_fd = plan.page_fd;
  head.filter_fd = plan.filter_fd;
  head.filter_size = plan.box.filter.len;
  head.life_fd = plan.box.life_fd;
  head.run_socket = plan.run_socket;
  head.work = plan.work;
  head.program = plan.program;
  head.fds = plan.fds;
  head.late_count = static_cast<std::uint32_t>(plan.late.size());
  std::memcpy(head.tmpfs_bytes, plan.tmpfs_bytes, sizeof head.tmpfs_bytes);
  std::memcpy(head.tmpfs_inodes, plan.tmpfs_inodes, sizeof head.tmpfs_inodes);
  std::string bytes;
  put(bytes, head);
  for (const Mount& mount : plan.late) {
    put(bytes, LateHead{mount.kind, mount.is_folder, mount.is_device, mount.may_miss, mount.is_scratch, mount.is_nameless});
    // A path of the host is of no use in there; the text of a link is.
    const bool is_told = mount.kind == Mount::Kind::link || mount.is_device;
    bytes.append(is_told ? mount.source : "").push_back('\0');
    bytes.append(mount.target).push_back('\0');
  }
  return bytes;
}

bool is_inside(int argc, char** argv) {
  return argc == 1 && std::strcmp(argv[0], kInsidePath) == 0 && ::getpid() == 1;
}

void live_inside(char** argv) {
  BoxPlan plan;
  wire::SpecView spec;
  if (!decode_inside(plan, spec)) {
    if (plan.page == nullptr) ::_exit(125);
    give_up(plan, Step::inside);
  }
  plan.page->is_inside = 1;
  hide_arguments(argv);
  require(plan, Step::session, die_with_launcher(plan.box) && ::setsid() >= 0 && hold_signals_for_reaper());
  take_out_staged(plan);
  const int root = ::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  require(plan, Step::attach_root, root >= 0);
  const int out_folder = add_own_folders(plan, root);
  mask_proc(plan);
  ::close(root);
  serve_program(plan, out_folder);
}

}  // namespace collet::launcher
