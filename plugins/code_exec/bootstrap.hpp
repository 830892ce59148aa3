// The programs that run or compile a model's code in the box; generated from bootstrap/.
#pragma once

namespace code_exec {

extern const char kPythonBootstrap[];
extern const char kRubyBootstrap[];
extern const char kNodeBootstrap[];
extern const char kGemQuestion[];
extern const char kGemInstall[];
extern const char kGoStandardLibrary[];  ///< A shell script, as those below.
extern const char kGoBuild[];
extern const char kGoBuildModules[];
extern const char kGoModules[];
extern const char kGoQuestion[];

}  // namespace code_exec
