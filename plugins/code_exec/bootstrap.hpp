// The programs that run or compile a model's code in the box; generated from bootstrap/.
#pragma once

namespace code_exec {

extern const char kPythonBootstrap[];
extern const char kRubyBootstrap[];
extern const char kNodeBootstrap[];
extern const char kGoStandardLibrary[];  ///< A shell script, as the next.
extern const char kGoBuild[];

}  // namespace code_exec
