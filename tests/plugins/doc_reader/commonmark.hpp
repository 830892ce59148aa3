// What another reader makes of our Markdown.
#pragma once

#include <cstdlib>
#include <string>
#include <string_view>

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>

namespace doc_reader::test {

/// Markdown, as GitHub's own parser reads it. Bare addresses are not made links: a text
/// that looks like one is no claim of ours.
class Parsed {
 public:
  explicit Parsed(std::string_view markdown) {
    cmark_gfm_core_extensions_ensure_registered();
    parser_ = cmark_parser_new(CMARK_OPT_STRIKETHROUGH_DOUBLE_TILDE);
    for (const char* name : {"table", "strikethrough", "tasklist"}) cmark_parser_attach_syntax_extension(parser_, cmark_find_syntax_extension(name));
    cmark_parser_feed(parser_, markdown.data(), markdown.size());
    document_ = cmark_parser_finish(parser_);
  }
  ~Parsed() {
    cmark_node_free(document_);
    cmark_parser_free(parser_);
  }
  Parsed(const Parsed&) = delete;
  Parsed& operator=(const Parsed&) = delete;

  [[nodiscard]] cmark_node* document() const { return document_; }
  [[nodiscard]] std::string html() const {
    char* html = cmark_render_html(document_, CMARK_OPT_DEFAULT, cmark_parser_get_syntax_extensions(parser_));
    std::string out = html;
    std::free(html);
    return out;
  }

 private:
  cmark_parser* parser_;
  cmark_node* document_;
};

inline std::string html_of(std::string_view markdown) { return Parsed(markdown).html(); }

/// What a person reads: no signs, addresses or numbers of lists; a line for each block.
inline std::string text_of(std::string_view markdown) {
  const Parsed parsed(markdown);
  std::string out;
  cmark_iter* iter = cmark_iter_new(parsed.document());
  for (auto event = cmark_iter_next(iter); event != CMARK_EVENT_DONE; event = cmark_iter_next(iter)) {
    cmark_node* node = cmark_iter_get_node(iter);
    const auto type = cmark_node_get_type(node);
    if (type == CMARK_NODE_SOFTBREAK || type == CMARK_NODE_LINEBREAK) out += '\n';
    if (const char* literal = event == CMARK_EVENT_ENTER ? cmark_node_get_literal(node) : nullptr) out += literal;
    // Blocks of code have no end of their own.
    const bool is_block_end = (type & CMARK_NODE_TYPE_MASK) == CMARK_NODE_TYPE_BLOCK && (event == CMARK_EVENT_EXIT || type == CMARK_NODE_CODE_BLOCK);
    if (is_block_end) out += '\n';
  }
  cmark_iter_free(iter);
  return out;
}

}  // namespace doc_reader::test
