// A /work that outlives its box. Only its file system is kept: every call is a tree of
// processes of its own, so nothing that ran in an earlier one can wait for a later one.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "collet/result.hpp"
#include "sandbox/core.hpp"
#include "sandbox/fd.hpp"
#include "sandbox/sandbox.hpp"
#include "sandbox/slots.hpp"

namespace collet::sandbox {

/// All but make() and turns() is for who has the turn.
class WorkFolder {
 public:
  /// @error limit: sandbox.sessions_max
  [[nodiscard]] static Result<std::shared_ptr<WorkFolder>> make(std::shared_ptr<RunCore> core);
  explicit WorkFolder(std::shared_ptr<RunCore> core);  ///< For make(), which counts it.
  WorkFolder(const WorkFolder&) = delete;
  ~WorkFolder();

  /// Grants one at a time.
  [[nodiscard]] const std::shared_ptr<Admission>& turns() const { return turns_; }
  /// What a box of that size needs beside what is held for the files already.
  [[nodiscard]] std::int64_t memory_wanted(const config::SizeSettings& size) const;
  /// The file system, to be shown as /work of the next box; -1: there is none yet.
  [[nodiscard]] int folder() const;
  /// The place it belongs to, whose uid owns the files. Null: none yet.
  [[nodiscard]] std::shared_ptr<SlotLease> slot() const;
  /// What a box in `slot` has left; none: the files are lost.
  void keep(UniqueFd folder, std::shared_ptr<SlotLease> slot, const config::SizeSettings& size);

 private:
  std::shared_ptr<RunCore> core_;
  std::shared_ptr<Admission> turns_;
  std::shared_ptr<Grant> held_;
  std::int64_t held_bytes_ = 0;
  std::optional<config::SizeSettings> size_;  ///< Of all boxes so far; none: they differ.
  std::shared_ptr<SlotLease> slot_;
  UniqueFd folder_;  // last: its memory is counted in the place's group
};

}  // namespace collet::sandbox
