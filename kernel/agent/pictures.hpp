// Pictures that tools returned, on their way to a model that can look at them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "llm/provider.hpp"

namespace collet::agent {

struct Picture {
  std::string name;  ///< As the tool called it, else its media type.
  std::uint64_t bytes = 0;
  std::string url;   ///< data: URL; "": cannot be shown.
};

/// Shows them in a message of their own after the results of a turn, since few servers
/// take pictures in a tool's message. That is a user's message: no word of a tool is in it.
class Pictures {
 public:
  /// @param bytes_max of all that are shown at once; 0: the model cannot look at any.
  explicit Pictures(std::uint64_t bytes_max) : bytes_max_(bytes_max) {}

  /// What the model reads of them in the tool's text, a line each. Those that are to be
  /// shown are kept for show().
  [[nodiscard]] std::string take(std::vector<Picture> pictures);
  /// Appends the message, if there are any; takes the oldest out where all are too much.
  void show(std::vector<llm::Message>& messages);
  /// Takes those out that were shown last: the model was asked, and refused.
  /// @return whether there were any.
  [[nodiscard]] bool withdraw(std::vector<llm::Message>& messages);

 private:
  struct Shown {
    std::size_t message = 0;
    std::uint64_t bytes = 0;
  };

  const std::uint64_t bytes_max_;
  int count_ = 0;  ///< Of the run; pictures go by their number.
  std::vector<Value> parts_;
  std::uint64_t parts_bytes_ = 0;
  std::vector<Shown> shown_;
  bool can_withdraw_ = false;
};

}  // namespace collet::agent
