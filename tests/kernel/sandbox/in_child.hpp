// Sandboxes of processes that have given something up.
#pragma once

#include <functional>
#include <string>

#include "sandbox/sandbox.hpp"

namespace collet::sandbox {

/// As an operator's are, but for the back end, which is the one under test.
config::SandboxSettings plain_settings();

/// Runs `body` in a child process with no rights to lose and gives its text back.
std::string in_child(const std::function<void(int out)>& body);
void say(int out, const std::string& text);

/// For the child: it is not root any more.
bool become_nobody();

/// A box that says who it is, writes a file and reads it.
BoxResult run_one(Sandbox& sandbox);

}  // namespace collet::sandbox
