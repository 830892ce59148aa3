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

AdmissionLimits one_at_a_time(const config::SandboxSettings& settings) {
  return {1, std::numeric_limits<std::int64_t>::max(), static_cast<std::size_t>(std::max(0, settings.queue_max))};
}

}  // namespace

Result<std::shared_ptr<WorkFolder>> WorkFolder::make(std::shared_ptr<RunCore> core) {
  const int most = core->settings.sessions_max;
  if (core->work_folders.fetch_add(1) < most) return std::make_shared<WorkFolder>(std::move(core));
  --core->work_folders;
  return Error{Errc::limit, "there are " + std::to_string(most) + " sessions already (sandbox.sessions_max); use one that there is, "
                                "or wait until one has been idle for " + std::to_string(core->settings.session_idle_seconds) + " s"};
}

WorkFolder::WorkFolder(std::shared_ptr<RunCore> core) : core_(std::move(core)), turns_(std::make_shared<Admission>(one_at_a_time(core_->settings))) {}

WorkFolder::~WorkFolder() { --core_->work_folders; }

std::int64_t WorkFolder::memory_wanted(std::int64_t size_bytes) const { return std::max<std::int64_t>(0, size_bytes - held_bytes_); }

int WorkFolder::folder() const { return slot() ? folder_.get() : -1; }

std::shared_ptr<SlotLease> WorkFolder::slot() const { return slot_ && !slot_->is_condemned() ? slot_ : nullptr; }

void WorkFolder::keep(UniqueFd folder, std::shared_ptr<SlotLease> slot) {
  folder_ = std::move(folder);
  slot_ = folder_ ? std::move(slot) : nullptr;
  held_bytes_ = folder_ ? bytes_used(folder_.get()) : 0;
  held_ = folder_ ? core_->admission->hold(held_bytes_) : nullptr;
}

}  // namespace collet::sandbox
