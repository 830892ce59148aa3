#include "tree.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <gumbo.h>

#include "arena.hpp"
#include "skim.hpp"
#include "words.hpp"

namespace doc_reader {

using collet::Errc;
using collet::Error;
using collet::Result;

namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(Tag::count)> kTagNames = {
    "", "", "a", "abbr", "address", "article", "aside", "b", "base", "blockquote", "body", "br", "button", "caption", "center", "cite",
    "code", "dd", "del", "details", "div", "dl", "dt", "em", "fieldset", "figcaption", "figure", "font", "footer", "form", "h1", "h2",
    "h3", "h4", "h5", "h6", "head", "header", "hgroup", "hr", "html", "i", "img", "input", "ins", "kbd", "label", "legend", "li", "link",
    "main", "mark", "math", "menu", "meta", "nav", "ol", "option", "p", "picture", "pre", "q", "s", "samp", "script", "section",
    "select", "small", "span", "strike", "strong", "sub", "summary", "sup", "table", "tbody", "td", "textarea", "tfoot", "th", "thead",
    "time", "title", "tr", "tt", "u", "ul", "var", "wbr"};

// Nothing of these is text for a reader.
constexpr std::array kLeftOut = {GUMBO_TAG_STYLE, GUMBO_TAG_TEMPLATE, GUMBO_TAG_NOSCRIPT, GUMBO_TAG_SVG, GUMBO_TAG_IFRAME,
                                 GUMBO_TAG_OBJECT, GUMBO_TAG_EMBED, GUMBO_TAG_CANVAS, GUMBO_TAG_AUDIO, GUMBO_TAG_VIDEO,
                                 GUMBO_TAG_APPLET, GUMBO_TAG_NOFRAMES, GUMBO_TAG_FRAMESET, GUMBO_TAG_DATALIST};

struct TagInfo {
  Tag tag = Tag::other;
  bool is_left_out = false;
};

std::array<TagInfo, GUMBO_TAG_LAST + 1> make_tag_table() {
  std::array<TagInfo, GUMBO_TAG_LAST + 1> table;
  for (std::size_t i = 2; i < kTagNames.size(); ++i) {
    table[static_cast<std::size_t>(gumbo_tagn_enum(kTagNames[i].data(), static_cast<unsigned>(kTagNames[i].size())))].tag = static_cast<Tag>(i);
  }
  for (const GumboTag tag : kLeftOut) table[static_cast<std::size_t>(tag)].is_left_out = true;
  table[GUMBO_TAG_UNKNOWN] = {};
  return table;
}

const TagInfo& info_of(GumboTag tag) {
  static const auto table = make_tag_table();
  return table[std::min<std::size_t>(static_cast<std::size_t>(tag), GUMBO_TAG_LAST)];
}

/// No object with a destructor may live here: the arena jumps back into it.
Arena::Stop run_parser(Arena& arena, std::string_view html, const GumboOutput** out) {
  GumboOptions options = kGumboDefaultOptions;
  options.userdata = &arena;
  options.allocator = [](void* user, std::size_t bytes) { return static_cast<Arena*>(user)->take(bytes); };
  options.deallocator = [](void*, void*) {};
  options.max_errors = 0;
  if (const int stop = setjmp(arena.escape); stop != 0) return static_cast<Arena::Stop>(stop);
  *out = gumbo_parse_with_options(&options, html.data(), html.size());
  return Arena::Stop::none;
}

bool style_hides(std::string_view style) {
  std::string plain;
  for (const char c : style) {
    if (!is_space(c)) plain += to_lower(c);
  }
  return plain.find("display:none") != std::string::npos || plain.find("visibility:hidden") != std::string::npos;
}

Error limit_error(Arena::Stop stop, const Limits& limits) {
  if (stop == Arena::Stop::time) {
    return {Errc::limit, "the HTML could not be read within parse_ms_max = " + std::to_string(limits.parse_ms_max) +
                             "; its elements are nested too deeply. Ask for a simpler page"};
  }
  return {Errc::limit, "the HTML needs more memory than parse_memory_bytes_max = " + std::to_string(limits.parse_memory_bytes_max) +
                           "; ask for a smaller page"};
}

}  // namespace

/// Copies what matters of the parser's tree, without recursion.
class TreeBuilder {
 public:
  explicit TreeBuilder(Tree& tree) : nodes_(tree.nodes_), attributes_(tree.attributes_) {}

  void build(const GumboNode* root) {
    struct Step {
      const GumboVector* children;
      unsigned next;
      NodeId id;
    };
    std::vector<Step> steps;
    const auto enter = [&](const GumboNode* node) {
      const NodeId parent = steps.empty() ? kNoNode : steps[std::min<std::size_t>(steps.size(), kTreeDepthMax) - 1].id;
      if (is_text(node)) return void(add_text(node, parent));
      if (node->type != GUMBO_NODE_ELEMENT || leaves_out(node->v.element)) return;
      steps.push_back({&node->v.element.children, 0, add_element(node->v.element, parent)});
    };
    enter(root);
    while (!steps.empty()) {
      Step& step = steps.back();
      if (step.next < step.children->length) {
        enter(static_cast<const GumboNode*>(step.children->data[step.next++]));
        continue;
      }
      nodes_[step.id].end = static_cast<NodeId>(nodes_.size());
      steps.pop_back();
    }
    mend_ends();
    for (std::size_t id = nodes_.size(); id-- > 1;) {
      if (nodes_[id].parent != kNoNode && (nodes_[id].has_block || !is_inline(nodes_[id].tag))) nodes_[nodes_[id].parent].has_block = true;
    }
  }

 private:
  static bool is_text(const GumboNode* node) {
    return node->type == GUMBO_NODE_TEXT || node->type == GUMBO_NODE_WHITESPACE || node->type == GUMBO_NODE_CDATA;
  }

  static bool leaves_out(const GumboElement& element) {
    if (element.tag != GUMBO_TAG_SCRIPT) return info_of(element.tag).is_left_out;
    const GumboAttribute* type = gumbo_get_attribute(&element.attributes, "type");
    return !type || std::string_view(type->value) != "application/ld+json";
  }

  void add_text(const GumboNode* node, NodeId parent) {
    Node out;
    out.tag = Tag::text;
    out.text = node->v.text.text;
    place(out, parent);
    out.end = static_cast<NodeId>(nodes_.size()) + 1;
    nodes_.push_back(out);
  }

  NodeId add_element(const GumboElement& element, NodeId parent) {
    Node out;
    out.tag = info_of(element.tag).tag;
    place(out, parent);
    out.attributes_begin = static_cast<std::uint32_t>(attributes_.size());
    out.attributes_count = element.attributes.length;
    for (unsigned i = 0; i < element.attributes.length; ++i) {
      const auto* attribute = static_cast<const GumboAttribute*>(element.attributes.data[i]);
      attributes_.push_back({attribute->name, attribute->value});
      const Attribute& added = attributes_.back();
      out.is_hidden = out.is_hidden || added.name == "hidden" || (added.name == "style" && style_hides(added.value));
    }
    nodes_.push_back(out);
    return static_cast<NodeId>(nodes_.size() - 1);
  }

  void place(Node& node, NodeId parent) {
    node.parent = parent;
    node.depth = parent == kNoNode ? std::uint16_t{0} : static_cast<std::uint16_t>(nodes_[parent].depth + 1);
  }

  /// An element below the depth limit has become its own descendants' sibling.
  void mend_ends() {
    for (NodeId id = 0; id < nodes_.size(); ++id) {
      if (nodes_[id].depth >= kTreeDepthMax) nodes_[id].end = id + 1;
    }
  }

  std::vector<Node>& nodes_;
  std::vector<Attribute>& attributes_;
};

Result<Tree> Tree::parse(std::string_view html, const Limits& limits) {
  if (html.size() > limits.html_bytes_max) {
    return Error{Errc::limit, "the HTML has " + std::to_string(html.size()) + " bytes, more than html_bytes_max = " +
                                  std::to_string(limits.html_bytes_max) + "; ask for a smaller page"};
  }
  struct Storage {
    Storage(std::string_view html, const Limits& limits)
        : source(skimmed(html)), arena(limits.parse_memory_bytes_max, std::chrono::steady_clock::now() + std::chrono::milliseconds(limits.parse_ms_max)) {}
    std::string source;
    Arena arena;
  };
  auto storage = std::make_shared<Storage>(html, limits);
  const GumboOutput* output = nullptr;
  if (const auto stop = run_parser(storage->arena, storage->source, &output); stop != Arena::Stop::none) return limit_error(stop, limits);
  Tree tree;
  TreeBuilder(tree).build(output->root);
  tree.storage_ = std::move(storage);
  return tree;
}

std::string_view Tree::attribute(NodeId id, std::string_view name) const {
  const Node& node = nodes_[id];
  for (std::uint32_t i = 0; i < node.attributes_count; ++i) {
    const Attribute& attribute = attributes_[node.attributes_begin + i];
    if (attribute.name == name) return attribute.value;
  }
  return {};
}

bool Tree::has_attribute(NodeId id, std::string_view name) const {
  const Node& node = nodes_[id];
  for (std::uint32_t i = 0; i < node.attributes_count; ++i) {
    if (attributes_[node.attributes_begin + i].name == name) return true;
  }
  return false;
}

NodeId Tree::find(Tag tag, NodeId from) const {
  for (NodeId id = from; id < size(); ++id) {
    if (nodes_[id].tag == tag) return id;
  }
  return kNoNode;
}

bool is_inline(Tag tag) {
  switch (tag) {
    case Tag::text: case Tag::a: case Tag::abbr: case Tag::b: case Tag::br: case Tag::button: case Tag::cite: case Tag::code:
    case Tag::del: case Tag::em: case Tag::font: case Tag::i: case Tag::img: case Tag::input: case Tag::ins: case Tag::kbd:
    case Tag::label: case Tag::mark: case Tag::math: case Tag::option: case Tag::picture: case Tag::q: case Tag::s: case Tag::samp:
    case Tag::script: case Tag::select: case Tag::small: case Tag::span: case Tag::strike: case Tag::strong: case Tag::sub:
    case Tag::sup: case Tag::textarea: case Tag::time: case Tag::tt: case Tag::u: case Tag::var: case Tag::wbr: case Tag::link:
    case Tag::meta: case Tag::base: case Tag::title: case Tag::other: return true;
    default: return false;
  }
}

}  // namespace doc_reader
