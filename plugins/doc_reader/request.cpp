#include "request.hpp"

#include <charconv>

#include "words.hpp"

namespace doc_reader {

using collet::Args;
using collet::Errc;
using collet::Error;
using collet::Result;

namespace {

constexpr std::int64_t kTokensMax = 200'000;

Result<Mode> read_mode(const Args& args, bool has_query) {
  const auto text = args.optional_string("mode", has_query ? "snippets" : "article");
  if (!text) return text.error();
  if (*text == "article") return Mode::article;
  if (*text == "full") return Mode::full;
  if (*text == "outline") return Mode::outline;
  if (*text == "snippets") return Mode::snippets;
  if (*text == "summary") return Mode::summary;
  return args.error("mode", "expected article, full, outline or snippets, got \"" + *text + "\"");
}

}  // namespace

Result<PageRange> read_pages(std::string_view text) {
  const Error wrong{Errc::invalid, "/pages: expected a page or a range like \"3\", \"2-5\" or \"7-\", got \"" + std::string(text.substr(0, 80)) + "\""};
  text = trim(text);
  PageRange out;
  const char* end = text.data() + text.size();
  auto [at, error] = std::from_chars(text.data(), end, out.first);
  if (error != std::errc() || out.first < 1) return wrong;
  out.last = out.first;
  if (at == end) return out;
  if (*at != '-') return wrong;
  out.last = 0;
  if (++at == end) return out;
  const auto last = std::from_chars(at, end, out.last);
  if (last.ec != std::errc() || last.ptr != end || out.last < out.first) return wrong;
  return out;
}

Result<Request> read_request(const Args& args, const Limits& limits) {
  Request out;
  auto query = args.optional_string("query");
  if (!query) return query.error();
  out.query = *std::move(query);
  const bool has_query = !trim(out.query).empty();
  const auto mode = read_mode(args, has_query);
  if (!mode) return mode.error();
  out.mode = *mode;
  if (out.mode == Mode::snippets && !has_query) return args.error("query", "required for mode snippets: what to look for");
  const auto tokens = args.optional_int("max_tokens", out.mode == Mode::summary ? limits.summary_tokens_default : limits.tokens_default);
  if (!tokens) return tokens.error();
  if (*tokens < 50 || *tokens > kTokensMax) return args.error("max_tokens", "expected 50 to " + std::to_string(kTokensMax) + ", got " + std::to_string(*tokens));
  out.tokens_max = *tokens;
  const auto pages = args.optional_string("pages");
  if (!pages) return pages.error();
  if (!pages->empty()) {
    const auto range = read_pages(*pages);
    if (!range) return range.error();
    out.pages = *range;
  }
  auto cursor = args.optional_string("cursor");
  if (!cursor) return cursor.error();
  out.cursor = *std::move(cursor);
  return out;
}

}  // namespace doc_reader
