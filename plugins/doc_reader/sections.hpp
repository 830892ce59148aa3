// A Markdown text by its headings: outline and passages.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace doc_reader {

struct Heading {
  int level = 1;
  std::string text;  ///< As Markdown.
};

/// A few paragraphs under one heading; a block of code is never cut.
struct Passage {
  std::string text;
  std::vector<std::string> path;  ///< Headings above it, the outermost first.
  int page = 0;                   ///< 0: there are none.
};

/// @param page_word "Page": "# Page N" are pages, not headings. "": there are none.
[[nodiscard]] std::vector<Passage> passages_of(std::string_view markdown, std::string_view page_word);

/// The headings as nested lists; "" when there is none.
[[nodiscard]] std::string outline_of(std::string_view markdown, std::string_view page_word);

/// The passages about `query`, the best first, with where each stands. "" for none.
[[nodiscard]] std::string snippets_of(std::string_view markdown, std::string_view query, std::string_view page_word);

}  // namespace doc_reader
