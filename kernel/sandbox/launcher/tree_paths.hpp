// Paths inside a tree that is not yet anybody's root. No heap: a box uses these.
#pragma once

namespace collet::launcher {

/// Opens a path as the box will see it: links stay inside. -1 with errno.
int open_inside(int root, const char* path);
/// The same, making the folders, and the folder or empty file at its end, that
/// are not there yet.
int make_path(int root, const char* path, bool is_folder);
/// Mounts a detached tree there.
bool attach(int tree, int root, const char* path, bool is_folder);
/// An empty file system in memory, not attached anywhere; sizes as decimal text.
int make_tmpfs(const char* bytes, const char* inodes);
void close_keeping_errno(int fd);

}  // namespace collet::launcher
