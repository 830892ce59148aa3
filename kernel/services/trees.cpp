#include "services/trees.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <sys/stat.h>

#include "base/ids.hpp"
#include "collet/json.hpp"
#include "config/places.hpp"

namespace collet::services {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFailuresMax = 256;
constexpr std::chrono::seconds kFailureAge{60};
constexpr const char* kStagingPrefix = ".new-";

std::int64_t now_s() { return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count(); }

std::optional<TreeInfo> read_about(const fs::path& folder) {
  std::ifstream file(folder / "about.json");
  std::ostringstream text;
  text << file.rdbuf();
  const auto about = Value::parse(text.str());
  std::error_code error;
  if (!about || !about->has("bytes") || !fs::is_directory(folder / "files", error)) return std::nullopt;
  TreeInfo info;
  info.key = folder.filename().string();
  info.label = (*about)["label"].string_or("");
  info.bytes = static_cast<std::uint64_t>((*about)["bytes"].as_int64().value_or(0));
  info.files = static_cast<std::uint32_t>((*about)["files"].as_int64().value_or(0));
  info.made_at_s = (*about)["made_at_s"].as_int64().value_or(0);
  info.used_at_s = (*about)["used_at_s"].as_int64().value_or(0);
  return info;
}

// Out of sight first: whoever looks meanwhile finds all of it or nothing.
void remove_tree(const std::string& store, const std::string& folder) {
  const std::string aside = store + "/" + kStagingPrefix + base::random_hex(16);
  std::error_code error;
  fs::rename(folder, aside, error);
  fs::remove_all(error ? folder : aside, error);
}

}  // namespace

std::string trees_folder(const config::Settings& settings) {
  const std::string state = config::state_dir(settings);
  return state.empty() ? "" : state + "/trees";
}

StagingFolder::~StagingFolder() {
  std::error_code error;
  if (!path_.empty()) fs::remove_all(path_, error);
}

Result<sandbox::UniqueFd> StagingFolder::open_files() const {
  sandbox::UniqueFd fd(::open(files().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return sandbox::os_error(files(), errno);
  return fd;
}

// What was being made when a server died is swept away, unless another still may be at it.
void TreeStore::load() {
  if (std::exchange(is_loaded_, true) || folder_.empty()) return;
  std::error_code error;
  const auto yesterday = fs::file_time_type::clock::now() - std::chrono::hours(24);
  for (const auto& entry : fs::directory_iterator(folder_, error)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(kStagingPrefix)) {
      if (entry.last_write_time(error) < yesterday) fs::remove_all(entry.path(), error);
    } else if (auto info = read_about(entry.path())) {
      trees_[name] = std::make_shared<Tree>(Tree{std::move(*info), (entry.path() / "files").string()});
    }
  }
}

std::shared_ptr<const Tree> TreeStore::find(std::string_view key, std::uint32_t seconds_max) {
  const std::lock_guard lock(mutex_);
  load();
  const auto found = trees_.find(key);
  if (found == trees_.end()) return nullptr;
  Tree& tree = *found->second;
  const std::int64_t now = now_s();
  if (seconds_max > 0 && tree.info.made_at_s + seconds_max < now) return nullptr;
  struct stat about{};
  if (::stat(tree.folder.c_str(), &about) != 0) {  // pruned by another process
    trees_.erase(found);
    return nullptr;
  }
  const bool was_long_ago = tree.info.used_at_s + 60 < now;
  tree.info.used_at_s = now;
  if (was_long_ago) write_about(folder_ + "/" + tree.info.key, tree.info);
  return found->second;
}

bool TreeStore::claim(const std::string& key) {
  const std::lock_guard lock(mutex_);
  return claimed_.insert(key).second;
}

void TreeStore::unclaim(const std::string& key) {
  const std::lock_guard lock(mutex_);
  claimed_.erase(key);
}

void TreeStore::note_failure(const std::string& key, sandbox::BoxResult result) {
  const auto now = Clock::now();
  const std::lock_guard lock(mutex_);
  std::erase_if(failures_, [&](const auto& entry) { return now - entry.second.at > kFailureAge; });
  if (failures_.size() < kFailuresMax) failures_.insert_or_assign(key, Failure{std::move(result), now});
}

std::optional<sandbox::BoxResult> TreeStore::recent_failure(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto found = failures_.find(key);
  if (found == failures_.end() || Clock::now() - found->second.at > kFailureAge) return std::nullopt;
  return found->second.result;
}

Result<StagingFolder> TreeStore::stage() {
  if (folder_.empty()) return Error{Errc::unavailable, "there is no place to keep files; set state_dir"};
  std::error_code error;
  fs::create_directories(folder_, error);
  StagingFolder staging(folder_ + "/" + kStagingPrefix + base::random_hex(16));
  if (::mkdir(staging.path().c_str(), 0700) != 0 || ::mkdir(staging.files().c_str(), 0755) != 0) {
    return sandbox::os_error("making " + staging.path(), errno);
  }
  return staging;
}

void TreeStore::write_about(const std::string& folder, const TreeInfo& info) const {
  std::ofstream file(folder + "/about.json.new", std::ios::trunc);
  file << json::object({{"label", info.label}, {"bytes", info.bytes}, {"files", info.files},
                        {"made_at_s", info.made_at_s}, {"used_at_s", info.used_at_s}}).dump(true) << "\n";
  file.close();
  std::error_code error;
  if (file) fs::rename(folder + "/about.json.new", folder + "/about.json", error);
}

Result<std::shared_ptr<const Tree>> TreeStore::keep(StagingFolder staging, TreeInfo info) {
  if (info.bytes > bytes_max_) {
    return Error{Errc::limit, "the files have " + std::to_string(info.bytes) + " bytes, more than all that are kept may have together (sandbox.trees_bytes_max = " + std::to_string(bytes_max_) + ")"};
  }
  info.made_at_s = info.used_at_s = now_s();
  write_about(staging.path(), info);
  const std::string place = folder_ + "/" + info.key;
  const std::lock_guard lock(mutex_);
  load();
  std::error_code error;
  if (fs::exists(place, error)) remove_tree(folder_, place);  // too old, or another process was faster
  if (::rename(staging.path().c_str(), place.c_str()) != 0) return sandbox::os_error("making " + place, errno);
  staging.release();
  const auto tree = std::make_shared<Tree>(Tree{info, place + "/files"});
  trees_[info.key] = tree;
  static_cast<void>(prune_locked(bytes_max_));
  return std::shared_ptr<const Tree>(tree);
}

std::vector<TreeInfo> TreeStore::list() {
  const std::lock_guard lock(mutex_);
  load();
  std::vector<TreeInfo> all;
  for (const auto& [key, tree] : trees_) all.push_back(tree->info);
  std::ranges::sort(all, std::ranges::greater{}, &TreeInfo::used_at_s);
  return all;
}

std::vector<TreeInfo> TreeStore::prune(std::uint64_t bytes_max, std::int64_t idle_seconds) {
  const std::lock_guard lock(mutex_);
  load();
  return prune_locked(bytes_max, idle_seconds);
}

std::vector<TreeInfo> TreeStore::prune_locked(std::uint64_t bytes_max, std::int64_t idle_seconds) {
  std::uint64_t bytes = 0;
  std::vector<std::shared_ptr<Tree>> oldest_first;
  for (const auto& [key, tree] : trees_) {
    bytes += tree->info.bytes;
    oldest_first.push_back(tree);
  }
  std::ranges::sort(oldest_first, std::ranges::less{}, [](const auto& tree) { return tree->info.used_at_s; });
  std::vector<TreeInfo> removed;
  for (const auto& tree : oldest_first) {
    if (bytes <= bytes_max) break;
    if (idle_seconds > 0 && tree->info.used_at_s + idle_seconds > now_s()) continue;
    if (tree.use_count() > 2) continue;  // a box may be looking at it: not ours and the map's alone
    remove_tree(folder_, folder_ + "/" + tree->info.key);
    bytes -= tree->info.bytes;
    removed.push_back(tree->info);
    trees_.erase(tree->info.key);
  }
  return removed;
}

}  // namespace collet::services
