// Boxes whose namespaces and tree bubblewrap makes, for operators who would rather
// trust that program with them. All else is as in any box, and done by the same code:
//
//   launcher    cgroups, net namespace, uid of the slot; copies of what the box shows
//    child      enters them, gives up every right, becomes bubblewrap
//      bwrap    namespaces, uid map, read-only tree, /proc; waits for the box's end
//        inside this program again, as the first process of the box: see inside.hpp
//          the program
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/launcher/plan.hpp"

namespace collet::launcher {

struct Host;

/// What the child needs beyond the plan of every box to become bubblewrap.
struct BwrapBox {
  struct Staged {
    int tree = -1;     ///< Belongs to a Mount of the plan, or to `own`.
    std::string path;  ///< Where bubblewrap is to find it.
    bool is_folder = true;
  };
  const char* program = nullptr;
  std::uint64_t namespaces = 0;  ///< Of bubblewrap itself: one that ends all it has made with it, where we may.
  std::string place;           ///< A folder to cover with what is staged; "": bubblewrap takes the host's own.
  std::vector<Staged> staged;
  std::vector<UniqueFd> own;
  std::vector<int> kept;       ///< Descriptors of the launcher that the box gets.
  UniqueFd arguments;          ///< For bubblewrap ...
  UniqueFd inside;             ///< ... and for our program in the box.
  UniqueFd words;              ///< What bubblewrap has to say.

  /// The child has its own of everything; only its words are still of use.
  void is_under_way() {
    own.clear();
    arguments.reset();
    inside.reset();
  }
};

/// Whether this host has what such boxes take. @error in `failure`, with a sentence in `detail`.
[[nodiscard]] bool settle_bwrap(Host& host, Failure& failure, std::string& detail);

/// `spec_fd` holds the `spec_bytes` of the spec, `page_fd` the page of the plan. Null
/// with the failing step. What bubblewrap cannot mount goes into `plan.late`.
[[nodiscard]] std::unique_ptr<BwrapBox> plan_bwrap(const Host& host, BoxPlan& plan, Failure& failure);

/// The child's way to bubblewrap. Never returns. No heap.
[[noreturn]] void become_bwrap(const BoxPlan& plan, const BwrapBox& box);

/// Bubblewrap's last sentence, which ends with the text of an errno, as the step that
/// it must have been at.
[[nodiscard]] Failure failure_of(std::string_view said);

/// Sends a signal to the first process of a box, a child of `bwrap`. False where there
/// is none (yet, or any more).
bool signal_child_of(pid_t bwrap, int signal);
/// Ends the boxes that fell to us since their bubblewrap was ended before it could see to
/// it that they end with it. For a launcher that cannot give it a pid namespace.
void bury_orphans();

}  // namespace collet::launcher
