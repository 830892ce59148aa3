// A ZIP archive of a stranger, unpacked in memory under limits. Nothing is written to a
// disk, so names of entries are names and never paths.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "collet/result.hpp"
#include "limits.hpp"

struct zip;

namespace doc_reader {

class Archive {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  /// @param bytes must outlive it.
  /// @error invalid: damaged; limit: zip_entries_max.
  [[nodiscard]] static collet::Result<Archive> open(std::string_view bytes, const Limits& limits);

  /// Case of ASCII letters and a leading slash do not count, as Office has it.
  [[nodiscard]] bool has(std::string_view name) const;
  /// @error not_found; invalid: encrypted, damaged, packed in an unknown way, two of that
  /// name; limit, naming it. Each reading counts towards zip_bytes_max.
  [[nodiscard]] collet::Result<std::string> read(std::string_view name);
  /// When all reading of this archive has to be over.
  [[nodiscard]] Deadline deadline() const { return deadline_; }
  [[nodiscard]] const Limits& limits() const { return limits_; }

 private:
  struct Closer {
    void operator()(zip* archive) const;
  };
  Archive(zip* archive, std::size_t bytes, const Limits& limits);
  [[nodiscard]] collet::Result<std::string> unpack(std::uint64_t index, const std::string& name);

  std::unique_ptr<zip, Closer> zip_;
  std::size_t bytes_;
  std::size_t unpacked_bytes_ = 0;
  Limits limits_;
  Deadline deadline_;
  std::unordered_map<std::string, std::uint64_t> index_by_name_;
};

/// The entry that a link to `target` in the entry `from` leads to.
[[nodiscard]] std::string entry_name(std::string_view from, std::string_view target);

}  // namespace doc_reader
