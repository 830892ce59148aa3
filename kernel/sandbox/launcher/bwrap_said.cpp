// Bubblewrap says what failed in a sentence.
#include <cerrno>
#include <cstring>

#include "sandbox/launcher/bwrap.hpp"

namespace collet::launcher {
namespace {

struct Sentence {
  std::string_view part;
  Step step;
  int error = 0;  ///< Where the sentence does not end with its text.
};

// In the words of versions 0.4 to 0.11. What is not among them is Step::bwrap.
constexpr Sentence kSentences[] = {
  {"No permissions to creat", Step::clone, EPERM},  // "creating", later "create a"
  {"does not support user namespaces", Step::clone, EINVAL},
  {"exceeded (ENOSPC)", Step::clone, ENOSPC},
  {"Creating new namespace failed", Step::clone},
  {"setting up uid map", Step::id_map},
  {"setting up gid map", Step::id_map},
  {"error writing to setgroups", Step::id_map},
  {"--cap-add in setuid mode", Step::capabilities, EPERM},
  {"capabilities", Step::capabilities},
  {"loopback", Step::loopback},
  {"hostname", Step::host_name},
  {"Can't mount proc", Step::proc},
  {"make / slave", Step::propagation},
  {"Failed to mount tmpfs", Step::layout},
  {"Can't find source path", Step::root_tree},
  {"Can't get type of source", Step::root_tree},
  {"pivot", Step::pivot},
  {"old root", Step::pivot},
  {"remount", Step::read_only},
  {"Can't bind mount", Step::attach_root},
  {"Can't mkdir", Step::attach_root},
  {"Can't create file", Step::attach_root},
  {"execvp", Step::inside},
};

constexpr std::uint32_t kNoRoot = 1u << 30;  // it is in the sentence

int error_in(std::string_view said) {
  constexpr int kErrorsMax = 134;
  for (int error = 1; error < kErrorsMax; ++error) {
    const char* text = ::strerrordesc_np(error);
    if (text != nullptr && said.ends_with(std::string(": ") + text)) return error;
  }
  return EPROTO;
}

}  // namespace

Failure failure_of(std::string_view said) {
  while (said.ends_with('\n')) said.remove_suffix(1);
  for (const auto& sentence : kSentences) {
    if (said.find(sentence.part) == std::string_view::npos) continue;
    return {sentence.step, sentence.error != 0 ? sentence.error : error_in(said), kNoRoot};
  }
  return {Step::bwrap, error_in(said), kNoRoot};
}

}  // namespace collet::launcher
