// One plugin file: checked, copied to a private place, loaded from there.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "collet/abi.h"
#include "collet/result.hpp"
#include "plugin/manifest.hpp"

namespace collet::plugin {

/// A plugin file's bytes as they were at one moment. All checks and the private
/// copy work on these, so nothing can change in between.
struct PluginFile {
  std::string path;
  std::string sha256;
  std::vector<std::uint8_t> bytes;
  Manifest manifest;
};

/// Reads a file and checks everything that can be checked without loading it.
/// @error invalid, denied (others may write to it), unavailable (newer ABI).
/// `file.path`, `sha256` and `manifest.id` are filled in as far as it came.
[[nodiscard]] Result<void> read_plugin_file(const std::string& path, PluginFile& file);

/// A folder of mode 0700 for the private copies. Folders that a crashed server
/// left there are removed when the next one starts.
class CopyFolder {
 public:
  /// @param parent "": the user's cache folder. @error unavailable.
  static Result<std::unique_ptr<CopyFolder>> make(const std::string& parent);
  ~CopyFolder();
  CopyFolder(const CopyFolder&) = delete;
  CopyFolder& operator=(const CopyFolder&) = delete;
  /// Writes one copy, <id>-<sha256>-<n>.so. @error unavailable.
  [[nodiscard]] Result<std::string> add(const PluginFile& file);

 private:
  CopyFolder(std::filesystem::path path, int lock_fd) : path_(std::move(path)), lock_fd_(lock_fd) {}
  std::filesystem::path path_;
  int lock_fd_;
  int count_ = 0;
};

/// A loaded plugin. Never unloaded: code of it may still be on a stack, in a
/// thread-local destructor or behind a pointer somewhere.
class Library {
 public:
  /// @error invalid (no entry, bad table), unavailable (the loader's own words).
  static Result<std::shared_ptr<const Library>> load(const PluginFile& file, CopyFolder& copies);

  [[nodiscard]] const collet_plugin& table() const { return table_; }
  [[nodiscard]] const Manifest& manifest() const { return manifest_; }

 private:
  Library(const collet_plugin& table, Manifest manifest) : table_(table), manifest_(std::move(manifest)) {}
  collet_plugin table_;  ///< Our size; what the plugin does not know is NULL.
  Manifest manifest_;
};

}  // namespace collet::plugin
