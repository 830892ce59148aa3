// What reading a web page costs, beside the bare HTML parser on the same bytes.
//
//   collet-page-bench ROUNDS FILE...     one object a line
//
// Microseconds of this thread, the fewest of the rounds. parser: lexbor alone, its document
// made and destroyed as lexbor does it; measured before the rest, which gives it memory of
// its own. tree: ours, of the same bytes. article and whole: from bytes to Markdown.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <lexbor/html/html.h>

#include "collet/json.hpp"
#include "document.hpp"
#include "tree.hpp"

namespace {

namespace json = collet::json;

std::int64_t thread_us() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * std::int64_t{1'000'000} + now.tv_nsec / 1000;
}

class Fewest {
 public:
  template <typename Work>
  void measure(const Work& work) {
    const auto begun = thread_us();
    work();
    us_ = std::min(us_, thread_us() - begun);
  }
  [[nodiscard]] std::int64_t us() const { return us_; }

 private:
  std::int64_t us_ = INT64_MAX;
};

doc_reader::Source page_in(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  doc_reader::Source source;
  source.bytes.assign(std::istreambuf_iterator<char>(file), {});
  source.content_type = "text/html";
  return source;
}

std::int64_t bare_us(const doc_reader::Source& source, int rounds) {
  Fewest parser;
  for (int i = 0; i < rounds; ++i) {
    parser.measure([&] {
      lxb_html_document_t* document = lxb_html_document_create();
      lxb_html_document_parse(document, reinterpret_cast<const lxb_char_t*>(source.bytes.data()), source.bytes.size());
      lxb_html_document_destroy(document);
    });
  }
  return parser.us();
}

collet::Value measured(const std::string& path, const doc_reader::Source& source, std::int64_t parser_us, int rounds) {
  const auto read = [&](doc_reader::Extent extent) {
    if (!doc_reader::read_document(source, extent, {})) std::exit(1);
  };
  Fewest tree, article, whole;
  for (int i = 0; i < rounds; ++i) {
    tree.measure([&] { if (!doc_reader::Tree::parse(source.bytes, {})) std::exit(1); });
    article.measure([&] { read(doc_reader::Extent::article); });
    whole.measure([&] { read(doc_reader::Extent::whole); });
  }
  return json::object({{"path", path}, {"bytes", static_cast<std::int64_t>(source.bytes.size())}, {"parser_us", parser_us},
                       {"tree_us", tree.us()}, {"article_us", article.us()}, {"whole_us", whole.us()}});
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 2 ? std::atoi(argv[1]) : 0;
  if (rounds < 1) {
    std::fputs("usage: collet-page-bench ROUNDS FILE...\n", stderr);
    return 2;
  }
  const std::vector<std::string> paths(argv + 2, argv + argc);
  std::vector<doc_reader::Source> pages;
  std::vector<std::int64_t> bare;
  for (const auto& path : paths) {
    pages.push_back(page_in(path));
    bare.push_back(bare_us(pages.back(), rounds));
  }
  for (std::size_t i = 0; i < paths.size(); ++i) std::puts(measured(paths[i], pages[i], bare[i], rounds).dump().c_str());
}
