// The programs that run a model's code in the box; generated from bootstrap/.
#pragma once

namespace code_exec {

extern const char kPythonBootstrap[];
extern const char kRubyBootstrap[];
extern const char kNodeBootstrap[];

}  // namespace code_exec
