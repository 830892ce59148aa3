// Markdown of any page, read by another parser and written again, means the same: nothing
// in a page can pass for a sign of Markdown.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "charset.hpp"
#include "commonmark.hpp"
#include "markdown.hpp"

namespace {

std::string markdown_of(std::string_view html) {
  doc_reader::Limits limits;
  limits.parse_ms_max = 200;
  const auto tree = doc_reader::Tree::parse(html, limits);
  if (!tree) return {};
  doc_reader::MarkdownOptions options;
  options.base_url = "https://site.org/";
  return doc_reader::to_markdown(*tree, options, limits).value_or("");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 4096) return 0;
  const auto page = doc_reader::decode_text({reinterpret_cast<const char*>(data), size}, "", true);
  const std::string once = markdown_of(page.text);
  const std::string html = doc_reader::test::html_of(once);
  const std::string twice = markdown_of(html);
  if (once == twice || html == doc_reader::test::html_of(twice)) return 0;
  std::fprintf(stderr, "page:\n%s\nonce:\n%s\nread as:\n%s\ntwice:\n%s\n", page.text.c_str(), once.c_str(), html.c_str(), twice.c_str());
  std::abort();
}
