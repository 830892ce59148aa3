// The main text of web pages, for the scores of tests/corpora.
//
//   collet-read-pages [--whole] <paths, one a line >objects, one a line
//
// {"path": .., "text": .., "us": ..}: the text without signs of Markdown, as cmark-gfm
// reads it, and the microseconds of one thread from bytes to Markdown; or {"path", "error"}.
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>

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
  return json::object({{"path", path}, {"text", doc_reader::test::text_of(document->markdown)}, {"us", took}});
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
