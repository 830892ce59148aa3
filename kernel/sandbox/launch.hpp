// Hands one box to the launcher: what it is told, and what is held of it here.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "collet/result.hpp"
#include "sandbox/core.hpp"
#include "sandbox/fd.hpp"
#include "sandbox/sandbox.hpp"
#include "sandbox/slots.hpp"
#include "sandbox/wire.hpp"

namespace collet::sandbox {

/// A box that runs, or is about to, and our ends of what leads into it.
struct Launched {
  std::shared_ptr<SlotLease> slot;
  UniqueFd socket;    ///< Commands to it, its report from it.
  UniqueFd out;
  UniqueFd err;
  UniqueFd captured;  ///< If the spec has a capture_fd.
  UniqueFd late;      ///< Where the late input is to be written, if it is not there yet.
  std::uint32_t zygote = 0;  ///< Whose copy the program is; 0: it is executed.
  bool is_marked = false;  ///< The launcher counts its use of the processor anew.
};

/// Everything that is told of a box but its inputs, as the launcher reads it.
/// @error invalid: names the field that no box can have.
[[nodiscard]] Result<std::string> encode_box(const BoxSpec& spec, const config::SandboxSettings& settings);

enum class LateInput { now, later };
enum class Start { copied, executed };  ///< copied: where there is a zygote.

/// @param told what encode_box() made of `spec`. @error denied: no launcher to be had;
/// limit: the launcher has much to read, or a box that could not be ended holds a place:
/// try again; unavailable. [any-thread]
[[nodiscard]] Result<Launched> launch_box(RunCore& core, const BoxSpec& spec, const std::string& told, LateInput late,
                                          Start start = Start::copied);

/// Ends a box that nobody waits for, and waits a little for its end: its place must be
/// empty before the next box enters it.
void put_down(Launched box);

}  // namespace collet::sandbox
