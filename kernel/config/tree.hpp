// A config file as JSON that remembers where each part was written.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "collet/json.hpp"

namespace collet::config {

/// What the loader knows about the value at one path ("auth.keys[0].key").
struct Mark {
  int line = 0;
  std::string raw;           ///< A scalar's text after substitution.
  bool substituted = false;  ///< It came from ${...}: not to be shown in errors.
  bool failed = false;       ///< It should have; the fault has been told.
};

struct Tree {
  Value root;
  std::unordered_map<std::string, Mark> marks;

  [[nodiscard]] const Mark* find(const std::string& path) const {
    const auto entry = marks.find(path);
    return entry == marks.end() ? nullptr : &entry->second;
  }
};

[[nodiscard]] std::string child_path(std::string_view path, std::string_view key);
[[nodiscard]] std::string index_path(std::string_view path, std::size_t index);

/// Collects faults, so that all of them are told at once.
class Findings {
 public:
  Findings(std::string source, const Tree& tree) : source_(std::move(source)), tree_(tree) {}

  /// The line is that of `path`, or of the nearest part around it. Only the first
  /// fault of a path counts: the next ones mostly follow from it.
  void add(std::string_view path, std::string_view message);
  /// add() of which nothing can be said about the parts: theirs are dropped.
  void add_whole(const std::string& path, std::string_view message);
  [[nodiscard]] bool empty() const { return lines_.empty(); }
  /// One fault a line, in the order of the file.
  [[nodiscard]] std::string text() const;

 private:
  struct Line {
    int number;
    std::string path;
    std::string text;
  };
  std::string source_;
  const Tree& tree_;
  std::vector<Line> lines_;
  std::vector<std::string> closed_;
};

}  // namespace collet::config
