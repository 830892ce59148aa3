#include "sandbox/work_folder.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include <sys/vfs.h>

namespace collet::sandbox {
namespace {

constexpr std::int64_t kInodeBytes = 1024;  // about what the kernel keeps of a file beside its content

std::int64_t bytes_used(int folder) {
  struct statfs about{};
  if (::fstatfs(folder, &about) != 0) return 0;
  return static_cast<std::int64_t>(about.f_blocks - about.f_bfree) * about.f_bsize +
         static_cast<std::int64_t>(about.f_files - about.f_ffree) * kInodeBytes;
}

bool has_same_group(const config::SizeSettings& one, const config::SizeSettings& other) {
  return one.memory_bytes == other.memory_bytes && one.pids_max == other.pids_max && one.cpu_weight == other.cpu_weight && one.cpu_cores == other.cpu_cores;
}

AdmissionLimits one_at_a_time(const config::SandboxSettings& settings) {
  return {1, std::numeric_limits<std::int64_t>::max(), static_cast<std::size_t>(std::max(0, settings.session_queue_max)),
          "calls are waiting for their turn in this session already (sandbox.session_queue_max); calls of one session run one after the other"};
}

}  // namespace

Result<std::shared_ptr<WorkFolder>> WorkFolder::make(std::shared_ptr<RunCore> core) {
  const int most = core->settings.sessions_max;
  if (most == 0) return Error{Errc::unavailable, "sessions are switched off (sandbox.sessions_max: 0)"};
  if (core->work_folders.fetch_add(1) < most) return std::make_shared<WorkFolder>(std::move(core));
  --core->work_folders;
  return Error{Errc::limit, "there are " + std::to_string(most) + " sessions already, and all are in use (sandbox.sessions_max); try again later"};
}

WorkFolder::WorkFolder(std::shared_ptr<RunCore> core) : core_(std::move(core)), turns_(std::make_shared<Admission>(one_at_a_time(core_->settings))) {}

// The place is free before another one is counted that may want it.
WorkFolder::~WorkFolder() {
  folder_.reset();
  slot_.reset();
  held_.reset();
  --core_->work_folders;
}

// Files are part of what a box may have while they are counted in the group that limits
// it. For another size there is another group, which does not count them.
std::int64_t WorkFolder::memory_wanted(const config::SizeSettings& size) const {
  const bool counts = size_ && has_same_group(*size_, size);
  return counts ? std::max<std::int64_t>(0, size.memory_bytes - held_bytes_) : size.memory_bytes;
}

int WorkFolder::folder() const { return slot() ? folder_.get() : -1; }

std::shared_ptr<SlotLease> WorkFolder::slot() const { return slot_ && !slot_->is_condemned() ? slot_ : nullptr; }

void WorkFolder::keep(UniqueFd folder, std::shared_ptr<SlotLease> slot, const config::SizeSettings& size) {
  const bool is_first = !held_;
  if (is_first) size_ = size;
  else if (size_ && !has_same_group(*size_, size)) size_.reset();
  folder_ = std::move(folder);
  slot_ = folder_ ? std::move(slot) : nullptr;
  held_bytes_ = folder_ ? bytes_used(folder_.get()) : 0;
  held_ = folder_ ? core_->admission->hold(held_bytes_) : nullptr;
}

}  // namespace collet::sandbox
