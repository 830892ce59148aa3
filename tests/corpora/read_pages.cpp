// The main text of web pages, for the scores of tests/corpora.
//
//   collet-read-pages [--whole] <paths, one a line >objects, one a line
//
// {"path": .., "text": .., "us": .., "parses_back": ..}: the text without signs of Markdown,
// as cmark-gfm reads it; the microseconds of one thread from bytes to Markdown; and whether
// its HTML makes a Markdown that means the same. Or {"path", "error"}.
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "collet/json.hpp"
#include "commonmark.hpp"
#include "document.hpp"

namespace {

using collet::Value;
namespace json = collet::json;

std::int64_t thread_us() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * std::int64_t{1'000'000} + now.tv_nsec / 1000;
}

doc_reader::Source html_source(std::string bytes) {
  doc_reader::Source source;
  source.bytes = std::move(bytes);
  source.content_type = "text/html; charset=utf-8";
  return source;
}

bool parses_back(const std::string& markdown) {
  const std::string html = doc_reader::test::html_of(markdown);
  const auto again = doc_reader::read_document(html_source(html), doc_reader::Extent::whole, {});
  return again && (again->markdown == markdown || doc_reader::test::html_of(again->markdown) == html);
}

Value read_page(const std::string& path, doc_reader::Extent extent) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return json::object({{"path", path}, {"error", "cannot be opened"}});
  doc_reader::Source source;
  source.bytes.assign(std::istreambuf_iterator<char>(file), {});
  source.content_type = "text/html";
  const auto begun = thread_us();
  const auto document = doc_reader::read_document(source, extent, {});
  const auto took = thread_us() - begun;
  if (!document) return json::object({{"path", path}, {"error", document.error().message}});
  return json::object({{"path", path}, {"text", doc_reader::test::text_of(document->markdown)}, {"us", took}, {"parses_back", parses_back(document->markdown)}});
}

}  // namespace

int main(int argc, char** argv) {
  const bool is_whole = argc > 1 && std::string_view(argv[1]) == "--whole";
  if (argc > (is_whole ? 2 : 1)) {
    std::fputs("usage: collet-read-pages [--whole] <paths, one a line\n", stderr);
    return 2;
  }
  for (std::string path; std::getline(std::cin, path);) {
    std::cout << read_page(path, is_whole ? doc_reader::Extent::whole : doc_reader::Extent::article).dump() << '\n';
  }
  return std::cout.flush() ? 0 : 1;
}
