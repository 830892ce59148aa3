// Reads a document and checks that its Markdown is what it seems to be.
#pragma once

#include <string>

#include <gtest/gtest.h>

#include "commonmark.hpp"
#include "document.hpp"
#include "markdown.hpp"

namespace doc_reader::test {

inline collet::Result<Document> read_bytes(std::string bytes, Extent extent = Extent::whole, const Limits& limits = {}) {
  Source source;
  source.bytes = std::move(bytes);
  return read_document(source, extent, limits);
}

/// The Markdown of a document, which parses back to itself; or "error: ...".
inline std::string markdown_in(std::string bytes, Extent extent = Extent::whole, const Limits& limits = {}) {
  const auto document = read_bytes(std::move(bytes), extent, limits);
  if (!document) return "error: " + document.error().message;
  const std::string html = html_of(document->markdown);
  EXPECT_EQ(html.find("javascript:"), std::string::npos);
  const auto tree = Tree::parse(html, limits);
  EXPECT_TRUE(tree.ok());
  const auto again = to_markdown(*tree, {}, limits);
  EXPECT_TRUE(again.ok());
  EXPECT_EQ(html_of(*again), html) << document->markdown;
  return document->markdown;
}

}  // namespace doc_reader::test
