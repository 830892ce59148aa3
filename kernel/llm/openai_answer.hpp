// Answers of POST /chat/completions, whole or in chunks.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "llm/names.hpp"
#include "llm/provider.hpp"

namespace collet::llm {

/// Puts one turn together. Call ids are unique in the run afterwards, names are
/// ours again, arguments repaired.
class TurnBuilder {
 public:
  /// @param names outlives the builder.
  TurnBuilder(const TurnRequest& request, const NameMap& names);

  /// Takes a chunk (it has no `error` member).
  /// @return what a DeltaSink is to see: the delta, null when there is none in it.
  /// @error limit: more calls or longer arguments than anybody means.
  Result<Value> absorb(const Value& chunk);
  /// Takes a whole answer.
  Result<void> absorb_whole(const Value& body);
  /// A finish_reason has been seen.
  [[nodiscard]] bool finished() const { return !turn_.finish_reason.empty(); }
  [[nodiscard]] ModelTurn take();

 private:
  struct Fragment {
    std::size_t slot;  // in turn_.tool_calls
    bool first;
  };
  Result<Value> absorb_calls(const Value& delta, const Value& calls);
  Result<Fragment> slot_of(const Value& call);
  void absorb_text(const Value& delta);
  void absorb_usage(const Value& usage);
  [[nodiscard]] std::string unique_id(std::string_view wanted);

  const NameMap& names_;
  ModelTurn turn_;
  std::unordered_set<std::string> ids_;          // taken by the history and this turn
  std::vector<std::int64_t> upstream_indexes_;   // per slot
  std::vector<std::string> upstream_ids_;        // per slot
};

/// A string, or the text of an array of content parts.
[[nodiscard]] std::string text_of_content(const Value& content);
/// The reasoning in a message or delta, in whichever of the known forms it comes:
/// `reasoning_content`, `reasoning` as text or as {"thinking"}. "" if none; the first
/// of them where a server sends the same in two. Points into `message`.
[[nodiscard]] std::string_view reasoning_of(const Value& message);

}  // namespace collet::llm
