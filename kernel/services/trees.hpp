// Folder trees that programs in boxes have made, kept on disk and never changed: a
// package set is installed once, and shown to every box that wants it.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "collet/result.hpp"
#include "sandbox/sandbox.hpp"

namespace collet::services {

struct TreeInfo {
  std::string key;
  std::string label;
  std::uint64_t bytes = 0;
  std::uint32_t files = 0;
  std::int64_t made_at_s = 0;  ///< Since 1970.
  std::int64_t used_at_s = 0;
};

/// A kept tree, in use while somebody holds it.
struct Tree {
  TreeInfo info;
  std::string folder;  ///< Absolute; shown in boxes.
};

/// An empty folder to fill, gone with everything in it when this goes.
class StagingFolder {
 public:
  explicit StagingFolder(std::string path) : path_(std::move(path)) {}
  StagingFolder(StagingFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  StagingFolder& operator=(StagingFolder&&) = delete;
  ~StagingFolder();
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string files() const { return path_ + "/files"; }
  [[nodiscard]] Result<sandbox::UniqueFd> open_files() const;
  void release() { path_.clear(); }

 private:
  std::string path_;
};

/// Where the trees of a server with these settings are; "": nowhere.
[[nodiscard]] std::string trees_folder(const config::Settings& settings);

/// [any-thread]
class TreeStore {
 public:
  using Clock = std::chrono::steady_clock;
  /// @param folder made with the first tree; "": there is no place to keep any.
  TreeStore(std::string folder, std::uint64_t bytes_max) : folder_(std::move(folder)), bytes_max_(bytes_max) {}

  /// @param seconds_max older ones are not found; 0: of any age. Null: none.
  [[nodiscard]] std::shared_ptr<const Tree> find(std::string_view key, std::uint32_t seconds_max = 0);
  /// Whoever claims a key makes the tree. False: somebody is at it.
  [[nodiscard]] bool claim(const std::string& key);
  void unclaim(const std::string& key);
  /// What a maker was told by its program, for a minute.
  void note_failure(const std::string& key, sandbox::BoxResult result);
  [[nodiscard]] std::optional<sandbox::BoxResult> recent_failure(const std::string& key);

  /// @error unavailable: the folder cannot be made.
  [[nodiscard]] Result<StagingFolder> stage();
  /// Takes its place at one stroke; older trees go when all together are too large.
  /// @error unavailable, limit (larger than all may be together).
  [[nodiscard]] Result<std::shared_ptr<const Tree>> keep(StagingFolder staging, TreeInfo info);

  /// The latest used first.
  [[nodiscard]] std::vector<TreeInfo> list();
  /// Removes what was used longest ago and is not in use, until no more than
  /// `bytes_max` are left. @param idle_seconds what was used since then stays: boxes of
  /// another process may be looking at it.
  std::vector<TreeInfo> prune(std::uint64_t bytes_max, std::int64_t idle_seconds = 0);

 private:
  struct Failure {
    sandbox::BoxResult result;
    Clock::time_point at;
  };
  void load();
  [[nodiscard]] std::vector<TreeInfo> prune_locked(std::uint64_t bytes_max, std::int64_t idle_seconds = 0);
  void write_about(const std::string& folder, const TreeInfo& info) const;

  const std::string folder_;
  const std::uint64_t bytes_max_;
  std::mutex mutex_;
  bool is_loaded_ = false;
  std::map<std::string, std::shared_ptr<Tree>, std::less<>> trees_;
  std::set<std::string> claimed_;
  std::map<std::string, Failure> failures_;
};

}  // namespace collet::services
