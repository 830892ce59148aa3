// Notices a model that says the same thing for ever.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "llm/provider.hpp"

namespace collet::llm {

/// True when the end of the text is one piece of at most 400 bytes, over and over: at
/// least four times and for 480 bytes.
[[nodiscard]] bool ends_in_a_loop(std::string_view text);

/// Collects the content of a turn and ends it once it loops: small models at
/// temperature 0 fall into that, and would go on to the limit of tokens.
class LoopGuard : public DeltaSink {
 public:
  /// @param next hears every delta as well; null: nobody does.
  explicit LoopGuard(DeltaSink* next = nullptr) : next_(next) {}
  boost::asio::awaitable<bool> on_delta(const Value& delta) override;

  [[nodiscard]] bool tripped() const { return tripped_; }
  /// What came until then.
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  DeltaSink* next_;
  std::string text_;
  bool tripped_ = false;
};

}  // namespace collet::llm
