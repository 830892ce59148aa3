// Files that a program leaves in /out: kept on disk for others, or handed to the plugin.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <utility>

#include <boost/asio/steady_timer.hpp>

#include "services/exec_job.hpp"

namespace collet::services {
namespace {

namespace fs = std::filesystem;
using sandbox::BoxResult;
using sandbox::Outcome;
using JobPtr = std::shared_ptr<ExecJob>;

constexpr std::chrono::milliseconds kLookAgain{20};

void fail(const ExecJob& job, BoxResult box, const Error& error) {
  box.outcome = Outcome::failed;
  box.returncode = -1;
  box.message = error.message;
  report(job, box);
}

// Whoever waits looks again soon: it may have been made, or its maker given up.
void wait_for_maker(JobPtr job) {
  auto timer = std::make_shared<boost::asio::steady_timer>(job->scope->io(), kLookAgain);
  timer->async_wait([job = std::move(job), timer](boost::system::error_code error) mutable {
    if (error) return;
    const auto gone = job->scope->gone();
    if (gone.cancelled()) return report_unstarted(*job, Outcome::cancelled, -1, gone.reason().message);
    if (job->scope->remaining_ms() <= 0) {
      return report_unstarted(*job, Outcome::timeout, -2, "the time limit passed while another call was making \"" + job->keep->label + "\"");
    }
    make_or_find(std::move(job));
  });
}

/// The right to make a key's tree, given back however the making ends.
class Claim {
 public:
  Claim(std::shared_ptr<Services> services, std::string key) : services_(std::move(services)), key_(std::move(key)) {}
  Claim(const Claim&) = delete;
  ~Claim() { services_->trees.unclaim(key_); }

 private:
  std::shared_ptr<Services> services_;
  std::string key_;
};

struct Making {
  JobPtr job;
  std::unique_ptr<Claim> claim;
  BoxResult box;
  StagingFolder staging;
};

// The same for everybody who asks soon: what the program said, or what it left.
void give_up(Making& making, const Error& error) {
  const auto& key = making.job->keep->key;
  making.box.outcome = Outcome::failed;
  making.box.returncode = -1;
  making.box.message = error.message;
  making.job->services->trees.note_failure(key, making.box);
  making.claim.reset();
  report(*making.job, making.box);
}

void on_collected(Making& making, Result<sandbox::Collected> collected) {
  if (!collected) return give_up(making, collected.error());
  TreeInfo info;
  info.key = making.job->keep->key;
  info.label = making.job->keep->label;
  info.bytes = collected->bytes;
  info.files = collected->files;
  auto kept = making.job->services->trees.keep(std::move(making.staging), std::move(info));
  if (!kept) return give_up(making, kept.error());
  making.claim.reset();
  report(*making.job, making.box);
}

void on_made(JobPtr job, std::unique_ptr<Claim> claim, BoxResult box) {
  const auto out = std::exchange(box.out, nullptr);
  if (box.outcome != Outcome::exited || box.returncode != 0) {
    if (box.outcome == Outcome::exited) job->services->trees.note_failure(job->keep->key, box);
    claim.reset();
    return report(*job, box);
  }
  auto staging = job->services->trees.stage();
  if (!staging) return fail(*job, std::move(box), staging.error());
  const auto& settings = job->services->sandbox_settings;
  const sandbox::CollectLimits limits = {true, static_cast<std::uint64_t>(settings.tree_bytes_max),
                                         static_cast<std::uint64_t>(settings.tree_bytes_max),
                                         static_cast<std::uint32_t>(settings.tree_files_max)};
  auto making = std::make_shared<Making>(Making{job, std::move(claim), std::move(box), std::move(*staging)});
  if (!out) return on_collected(*making, sandbox::Collected{});  // an empty tree is one too
  auto folder = making->staging.open_files();
  if (!folder) return fail(*job, std::move(making->box), folder.error());
  out->collect(job->scope->io(), std::move(*folder), limits,
               [making](Result<sandbox::Collected> collected) { on_collected(*making, std::move(collected)); });
}

// No link is in there, and nobody else can change it.
ExecFiles read_files(const StagingFolder& staging, const sandbox::Collected& collected) {
  ExecFiles files{{}, collected.skipped, collected.first_skipped};
  std::error_code error;
  for (const auto& entry : fs::recursive_directory_iterator(staging.files(), error)) {
    if (!entry.is_regular_file(error)) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    files.files.push_back({entry.path().lexically_relative(staging.files()).string(), {std::istreambuf_iterator<char>(file), {}}});
  }
  std::ranges::sort(files.files, std::ranges::less{}, &ExecFile::name);
  return files;
}

}  // namespace

void make_or_find(JobPtr job) {
  TreeStore& trees = job->services->trees;
  const ExecKeep& keep = *job->keep;
  if (trees.find(keep.key, keep.seconds_max)) {
    BoxResult found;
    found.outcome = Outcome::exited;
    return report(*job, found);
  }
  if (const auto failure = trees.recent_failure(keep.key)) return report(*job, *failure);
  if (!trees.claim(keep.key)) return wait_for_maker(std::move(job));
  auto claim = std::make_shared<std::unique_ptr<Claim>>(std::make_unique<Claim>(job->services, keep.key));
  run_in_box(job, [job, claim](BoxResult box) { on_made(job, std::move(*claim), std::move(box)); });
}

void report_with_files(const JobPtr& job, BoxResult box) {
  const auto out = std::exchange(box.out, nullptr);
  if (!out) return report(*job, box);
  auto staging = job->services->trees.stage();
  auto folder = staging ? staging->open_files() : Result<sandbox::UniqueFd>(staging.error());
  if (!folder) return report(*job, box, {{}, 1, folder.error().message});
  const auto& settings = job->services->sandbox_settings;
  const sandbox::CollectLimits limits = {false, static_cast<std::uint64_t>(settings.artifacts_bytes_max),
                                         static_cast<std::uint64_t>(settings.artifact_bytes_max),
                                         static_cast<std::uint32_t>(settings.artifacts_max)};
  struct Leaving {
    JobPtr job;
    BoxResult box;
    StagingFolder staging;
  };
  auto leaving = std::make_shared<Leaving>(Leaving{job, std::move(box), std::move(*staging)});
  out->collect(job->scope->io(), std::move(*folder), limits, [leaving](Result<sandbox::Collected> collected) {
    if (!collected) return report(*leaving->job, leaving->box, {{}, 1, collected.error().message});
    report(*leaving->job, leaving->box, read_files(leaving->staging, *collected));
  });
}

}  // namespace collet::services
