// Shows the files of one owner as the box's own, so that a folder which only its
// owner may read can be an app folder.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include "sandbox/fd.hpp"

namespace collet::launcher {

class IdShift {
 public:
  /// Maps the owner of the folder to `box_uid` in a detached tree. Does nothing
  /// where the file system or the kernel cannot: then the ordinary rights of
  /// others apply.
  void apply(int tree, const struct stat& owner, uid_t box_uid);

 private:
  [[nodiscard]] bool prepare(uid_t uid, gid_t gid, uid_t box_uid);

  uid_t uid_ = 0;
  gid_t gid_ = 0;
  sandbox::UniqueFd user_ns_;  ///< Holds the mapping; nobody lives in it.
};

}  // namespace collet::launcher
