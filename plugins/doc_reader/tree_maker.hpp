// Makes a tree as if of HTML, so that what is no HTML is written by the same writer.
#pragma once

#include <memory>
#include <memory_resource>
#include <string_view>

#include "tree.hpp"

namespace doc_reader {

class TreeMaker {
 public:
  /// Its root is a body.
  explicit TreeMaker(const Limits& limits);

  void open(Tag tag);
  /// Of the element that was opened last, before anything is put into it.
  void attribute(std::string_view name, std::string_view value);
  void text(std::string_view text);
  void close();
  /// open(), text() and close().
  void element(Tag tag, std::string_view content);

  /// Open elements, for close_to(): what was opened in between is closed, however much.
  [[nodiscard]] std::size_t depth() const { return open_.size(); }
  void close_to(std::size_t depth);
  /// Anything but open elements since the tree had this size?
  [[nodiscard]] NodeId size() const { return tree_.size(); }

  /// Over once. @error limit: parse_memory_bytes_max.
  [[nodiscard]] collet::Result<Tree> finish();

 private:
  [[nodiscard]] std::string_view copy(std::string_view text);
  void add(Tag tag, std::string_view text);

  const Limits& limits_;
  Tree tree_;
  std::shared_ptr<std::pmr::monotonic_buffer_resource> memory_;
  std::vector<NodeId> open_;
  std::size_t bytes_ = 0;
};

}  // namespace doc_reader
