// The code of an interpreter in huge pages, before it is copied.
#pragma once

namespace collet::launcher {

/// A fork leaves it to the copy to map the files it runs from, page by page: dozens of
/// faults, a thousand entries to make and to take away. A huge page of memory is one
/// entry, and the fork copies it. So whatever of this process's code fills whole huge pages
/// moves into such. Where there are none, or no such code, nothing changes.
/// Only while this is the one thread.
void move_code_to_huge_pages();

}  // namespace collet::launcher
