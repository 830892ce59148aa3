#include "tree.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <utility>

#include <lexbor/dom/dom.h>
#include <lexbor/html/html.h>

#include "arena.hpp"
#include "words.hpp"

namespace doc_reader {

using collet::Errc;
using collet::Error;
using collet::Result;

namespace {

constexpr std::pair<lxb_tag_id_enum_t, Tag> kTags[] = {
    {LXB_TAG_A, Tag::a}, {LXB_TAG_ABBR, Tag::abbr}, {LXB_TAG_ADDRESS, Tag::address}, {LXB_TAG_ARTICLE, Tag::article},
    {LXB_TAG_ASIDE, Tag::aside}, {LXB_TAG_B, Tag::b}, {LXB_TAG_BASE, Tag::base}, {LXB_TAG_BLOCKQUOTE, Tag::blockquote},
    {LXB_TAG_BODY, Tag::body}, {LXB_TAG_BR, Tag::br}, {LXB_TAG_BUTTON, Tag::button}, {LXB_TAG_CAPTION, Tag::caption},
    {LXB_TAG_CENTER, Tag::center}, {LXB_TAG_CITE, Tag::cite}, {LXB_TAG_CODE, Tag::code}, {LXB_TAG_DD, Tag::dd}, {LXB_TAG_DEL, Tag::del},
    {LXB_TAG_DETAILS, Tag::details}, {LXB_TAG_DIV, Tag::div}, {LXB_TAG_DL, Tag::dl}, {LXB_TAG_DT, Tag::dt}, {LXB_TAG_EM, Tag::em},
    {LXB_TAG_FIELDSET, Tag::fieldset}, {LXB_TAG_FIGCAPTION, Tag::figcaption}, {LXB_TAG_FIGURE, Tag::figure}, {LXB_TAG_FONT, Tag::font},
    {LXB_TAG_FOOTER, Tag::footer}, {LXB_TAG_FORM, Tag::form}, {LXB_TAG_H1, Tag::h1}, {LXB_TAG_H2, Tag::h2}, {LXB_TAG_H3, Tag::h3},
    {LXB_TAG_H4, Tag::h4}, {LXB_TAG_H5, Tag::h5}, {LXB_TAG_H6, Tag::h6}, {LXB_TAG_HEAD, Tag::head}, {LXB_TAG_HEADER, Tag::header},
    {LXB_TAG_HGROUP, Tag::hgroup}, {LXB_TAG_HR, Tag::hr}, {LXB_TAG_HTML, Tag::html}, {LXB_TAG_I, Tag::i}, {LXB_TAG_IMG, Tag::img},
    {LXB_TAG_INPUT, Tag::input}, {LXB_TAG_INS, Tag::ins}, {LXB_TAG_KBD, Tag::kbd}, {LXB_TAG_LABEL, Tag::label},
    {LXB_TAG_LEGEND, Tag::legend}, {LXB_TAG_LI, Tag::li}, {LXB_TAG_LINK, Tag::link}, {LXB_TAG_MAIN, Tag::main}, {LXB_TAG_MARK, Tag::mark},
    {LXB_TAG_MATH, Tag::math}, {LXB_TAG_MENU, Tag::menu}, {LXB_TAG_META, Tag::meta}, {LXB_TAG_NAV, Tag::nav}, {LXB_TAG_OL, Tag::ol},
    {LXB_TAG_OPTION, Tag::option}, {LXB_TAG_P, Tag::p}, {LXB_TAG_PICTURE, Tag::picture}, {LXB_TAG_PRE, Tag::pre}, {LXB_TAG_Q, Tag::q},
    {LXB_TAG_S, Tag::s}, {LXB_TAG_SAMP, Tag::samp}, {LXB_TAG_SCRIPT, Tag::script}, {LXB_TAG_SECTION, Tag::section},
    {LXB_TAG_SELECT, Tag::select}, {LXB_TAG_SMALL, Tag::small}, {LXB_TAG_SPAN, Tag::span}, {LXB_TAG_STRIKE, Tag::strike},
    {LXB_TAG_STRONG, Tag::strong}, {LXB_TAG_SUB, Tag::sub}, {LXB_TAG_SUMMARY, Tag::summary}, {LXB_TAG_SUP, Tag::sup},
    {LXB_TAG_TABLE, Tag::table}, {LXB_TAG_TBODY, Tag::tbody}, {LXB_TAG_TD, Tag::td}, {LXB_TAG_TEXTAREA, Tag::textarea},
    {LXB_TAG_TFOOT, Tag::tfoot}, {LXB_TAG_TH, Tag::th}, {LXB_TAG_THEAD, Tag::thead}, {LXB_TAG_TIME, Tag::time},
    {LXB_TAG_TITLE, Tag::title}, {LXB_TAG_TR, Tag::tr}, {LXB_TAG_TT, Tag::tt}, {LXB_TAG_U, Tag::u}, {LXB_TAG_UL, Tag::ul},
    {LXB_TAG_VAR, Tag::var}, {LXB_TAG_WBR, Tag::wbr}};

// Nothing of these is text for a reader.
constexpr lxb_tag_id_enum_t kLeftOut[] = {LXB_TAG_STYLE, LXB_TAG_TEMPLATE, LXB_TAG_NOSCRIPT, LXB_TAG_SVG, LXB_TAG_IFRAME, LXB_TAG_OBJECT, LXB_TAG_EMBED,
                                          LXB_TAG_CANVAS, LXB_TAG_AUDIO, LXB_TAG_VIDEO, LXB_TAG_APPLET, LXB_TAG_NOFRAMES, LXB_TAG_FRAMESET, LXB_TAG_DATALIST};

struct TagInfo {
  Tag tag = Tag::other;
  bool is_left_out = false;
};

constexpr auto kTagTable = [] {
  std::array<TagInfo, LXB_TAG__LAST_ENTRY> table{};
  for (const auto& [id, tag] : kTags) table[id].tag = tag;
  for (const auto id : kLeftOut) table[id].is_left_out = true;
  return table;
}();

constexpr TagInfo info_of(lxb_tag_id_t id) { return id < kTagTable.size() ? kTagTable[id] : TagInfo{}; }

// Between two looks at the clock. An element may cost a walk over all that are open, so what
// has taken long is followed by less; and what is quick by more, as a script that goes on
// in the next piece is copied.
constexpr std::size_t kPieceBytesFirst = std::size_t{16} << 10, kPieceBytesMin = std::size_t{1} << 10, kPieceBytesMax = std::size_t{1} << 20;
constexpr auto kPieceTime = std::chrono::milliseconds(5);

// Of markup, about; a guess that saves some copies.
constexpr std::size_t kBytesOfNode = 32;

// The one that the parser of this thread takes from.
thread_local Arena* arena_in_use = nullptr;

void set_up_parser() {
  static const auto status = lexbor_memory_setup(
      [](std::size_t bytes) { return arena_in_use->take(bytes); }, [](void* old, std::size_t bytes) { return arena_in_use->take_again(old, bytes); },
      [](std::size_t count, std::size_t bytes) { return std::memset(arena_in_use->take(count * bytes), 0, count * bytes); }, [](void* old) { arena_in_use->give_back(old); });
  (void)status;
}

/// No object with a destructor may live here: the arena jumps back into it. The document
/// is never destroyed: all of it is the arena's.
Arena::Stop run_parser(Arena& arena, std::string_view html, lxb_html_document_t** out) {
  set_up_parser();
  arena_in_use = &arena;
  if (const int stop = setjmp(arena.escape); stop != 0) return static_cast<Arena::Stop>(stop);
  lxb_html_document_t* document = lxb_html_document_create();
  // What would keep up the state of forms looks at all options of a <select> for each of them.
  lxb_dom_document_mutation_erase(lxb_dom_interface_document(document));
  lxb_status_t status = lxb_html_document_parse_chunk_begin(document);
  for (std::size_t bytes = kPieceBytesFirst; !html.empty() && status == LXB_STATUS_OK;) {
    const auto piece = html.substr(0, bytes);
    const auto begun = arena.look_at_clock();
    status = lxb_html_document_parse_chunk(document, reinterpret_cast<const lxb_char_t*>(piece.data()), piece.size());
    const bool was_quick = arena.look_at_clock() - begun < kPieceTime;
    html.remove_prefix(piece.size());
    bytes = was_quick ? std::min(bytes * 2, kPieceBytesMax) : std::max(bytes / 2, kPieceBytesMin);
  }
  if (status == LXB_STATUS_OK) status = lxb_html_document_parse_chunk_end(document);
  *out = document;
  return status == LXB_STATUS_OK ? Arena::Stop::none : Arena::Stop::memory;
}

std::string_view view_of(const lxb_char_t* text, std::size_t bytes) { return {reinterpret_cast<const char*>(text), text == nullptr ? 0 : bytes}; }

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
                             "; most likely its elements are nested very deeply. Ask for a simpler page"};
  }
  return {Errc::limit, "the HTML needs more memory than parse_memory_bytes_max = " + std::to_string(limits.parse_memory_bytes_max) +
                           "; ask for a smaller page"};
}

}  // namespace

/// Copies what matters of the parser's tree, without recursion.
class TreeBuilder {
 public:
  explicit TreeBuilder(Tree& tree) : nodes_(tree.nodes_), attributes_(tree.attributes_) {}

  void build(lxb_dom_node_t* root) {
    struct Step {
      lxb_dom_node_t* next;
      NodeId id;
    };
    std::vector<Step> steps;
    const auto enter = [&](lxb_dom_node_t* node) {
      const NodeId parent = steps.empty() ? kNoNode : steps[std::min<std::size_t>(steps.size(), kTreeDepthMax) - 1].id;
      if (node->type == LXB_DOM_NODE_TYPE_TEXT || node->type == LXB_DOM_NODE_TYPE_CDATA_SECTION) return add_text(node, parent);
      if (node->type != LXB_DOM_NODE_TYPE_ELEMENT || leaves_out(node)) return;
      steps.push_back({node->first_child, add_element(node, parent)});
    };
    enter(root);
    while (!steps.empty()) {
      Step& step = steps.back();
      if (lxb_dom_node_t* node = step.next; node != nullptr) {
        step.next = node->next;
        enter(node);
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
  static bool leaves_out(lxb_dom_node_t* node) {
    if (node->local_name != LXB_TAG_SCRIPT) return info_of(node->local_name).is_left_out;
    lxb_dom_attr_t* type = lxb_dom_element_attr_by_id(lxb_dom_interface_element(node), LXB_DOM_ATTR_TYPE);
    return type == nullptr || value_of(type) != "application/ld+json";
  }

  static std::string_view value_of(lxb_dom_attr_t* attribute) {
    std::size_t bytes = 0;
    const lxb_char_t* value = lxb_dom_attr_value(attribute, &bytes);
    return view_of(value, bytes);
  }

  void add_text(lxb_dom_node_t* node, NodeId parent) {
    const lexbor_str_t& text = lxb_dom_interface_character_data(node)->data;
    Node out;
    out.tag = Tag::text;
    out.text = view_of(text.data, text.length);
    place(out, parent);
    out.end = static_cast<NodeId>(nodes_.size()) + 1;
    nodes_.push_back(out);
  }

  NodeId add_element(lxb_dom_node_t* node, NodeId parent) {
    Node out;
    out.tag = info_of(node->local_name).tag;
    place(out, parent);
    out.attributes_begin = static_cast<std::uint32_t>(attributes_.size());
    for (lxb_dom_attr_t* each = lxb_dom_interface_element(node)->first_attr; each != nullptr; each = each->next) {
      std::size_t bytes = 0;
      const lxb_char_t* name = lxb_dom_attr_local_name(each, &bytes);
      const Attribute& added = attributes_.emplace_back(view_of(name, bytes), value_of(each));
      out.is_hidden = out.is_hidden || added.name == "hidden" || (added.name == "style" && style_hides(added.value));
    }
    out.attributes_count = static_cast<std::uint32_t>(attributes_.size()) - out.attributes_begin;
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
  auto storage = std::make_shared<Arena>(limits.parse_memory_bytes_max, std::chrono::steady_clock::now() + std::chrono::milliseconds(limits.parse_ms_max));
  lxb_html_document_t* document = nullptr;
  if (const auto stop = run_parser(*storage, html, &document); stop != Arena::Stop::none) return limit_error(stop, limits);
  Tree tree;
  tree.nodes_.reserve(html.size() / kBytesOfNode);
  if (lxb_dom_node_t* root = lxb_dom_document_root(lxb_dom_interface_document(document))) TreeBuilder(tree).build(root);
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
