// A look at a box from inside: what does a program really have?
#pragma once

namespace collet::launcher {

/// Prints one line per check, "name<TAB>ok|bad<TAB>what was seen". Runs as the
/// program of a box. Exit code 0 when all are well.
int run_probe();

}  // namespace collet::launcher
