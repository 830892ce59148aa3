// What a call asks for, beside the document itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "collet/args.hpp"
#include "document.hpp"

namespace doc_reader {

enum class Mode { article, full, outline, snippets, summary };

struct Request {
  Mode mode = Mode::article;
  std::string query;
  std::optional<PageRange> pages;
  std::int64_t tokens_max = 0;
  std::string cursor;
};

/// @error invalid, naming the argument.
[[nodiscard]] collet::Result<Request> read_request(const collet::Args& args, const Limits& limits);

/// "3", "2-5", "7-".
[[nodiscard]] collet::Result<PageRange> read_pages(std::string_view text);

}  // namespace doc_reader
