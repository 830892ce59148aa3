// A look at a box from inside: what does a program really have?
#pragma once

#include <string_view>

namespace collet::launcher {

/// Prints one line per check, "name<TAB>ok|bad<TAB>what was seen". Runs as the
/// program of a box. Exit code 0 when all are well. `kind`: "own_uids" or "shared_uid",
/// which says whose uid and groups the box has; "memory": nothing but to use more
/// memory than the box may have, which must not end well.
int run_probe(std::string_view kind);

}  // namespace collet::launcher
