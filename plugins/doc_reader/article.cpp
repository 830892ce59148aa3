#include "article.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "paragraphs.hpp"
#include "words.hpp"

namespace doc_reader {
namespace {

// What pages call the things around their text.
constexpr std::array<std::string_view, 67> kAround = {
    "comment", "sidebar", "side-bar", "share-", "-share", "sharebar", "sharing", "share_", "social", "related", "promo", "newsletter", "subscri", "cookie", "breadcrumb",
    "footer", "menu", "navbar", "navigation", "popup", "modal", "sponsor", "recommend", "banner", "widget", "pagination", "pager", "disqus",
    "outbrain", "taboola", "advert", "-ad-", "toolbar", "most-read", "mostread", "popular", "trending", "read-more", "readmore", "more-stories",
    "signup", "sign-up", "login", "masthead", "skip-", "copyright", "byline", "author-bio", "authorbio", "about-author", "tags", "taglist", "meta",
    "rating", "poll", "caption", "credit", "print-only", "hide-", "consent", "gdpr", "paywall", "suggest", "syndication", "teaser", "correction", "feedback"};

constexpr double kDescendShare = 0.88;  ///< Of the paragraphs that a part must hold to stand for the whole.
constexpr std::uint32_t kMarkedCharsMin = 250;
constexpr std::ptrdiff_t kNameSignsMax = 2;
constexpr double kAroundShareMax = 0.5; ///< What holds more of them is the text, whatever its name.
constexpr std::uint32_t kLeadCharsMax = 1'500;
constexpr double kLeadShareMax = 0.5;   ///< Of the text that it leads to.

bool names_any(std::string_view text, const auto& words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return contains(text, word); });
}

class Finder {
 public:
  explicit Finder(const Tree& tree) : tree_(tree), paragraphs_(tree), around_(tree.size()) {}

  Article find() {
    Article out;
    const NodeId body = tree_.find(Tag::body);
    if (body == kNoNode) return out;
    for (NodeId id = body + 1; id < tree_.size(); ++id) around_[id] = is_around(id);
    paragraphs_.count(body, around_);
    forgive(body);
    if (paragraphs_[body].good == 0) return out;
    out.root = descend(marked_part(body));
    out.left_out = around_;
    for (NodeId id = out.root + 1; id < tree_.at(out.root).end; ++id) {
      if (is_chaff(id)) out.left_out[id] = true;
    }
    add_lead(out);
    return out;
  }

 private:
  [[nodiscard]] bool is_around(NodeId id) const {
    const Node& node = tree_.at(id);
    switch (node.tag) {
      case Tag::nav: case Tag::footer: case Tag::aside: case Tag::form: case Tag::button: case Tag::select: case Tag::menu: case Tag::figcaption: return true;
      case Tag::text: case Tag::body: case Tag::article: case Tag::main: case Tag::p: case Tag::a: case Tag::h1: case Tag::pre: case Tag::code: return false;
      default: break;
    }
    const auto role = tree_.attribute(id, "role");
    if (role == "navigation" || role == "complementary" || role == "banner" || role == "contentinfo" || role == "dialog") return true;
    if (tree_.attribute(id, "aria-hidden") == "true") return true;
    const auto classes = tree_.attribute(id, "class"), name = tree_.attribute(id, "id");
    // Documentation names its sections by their headings, and those may be of anything.
    const bool is_slug = std::ranges::count_if(name, [](char c) { return c == '-' || c == '_'; }) > kNameSignsMax;
    return names_any(classes, kAround) || (!is_slug && names_any(name, kAround) && tree_.at(id).tag != Tag::section);
  }

  /// A name alone must not cost us the text: some pages call everything a widget.
  void forgive(NodeId body) {
    const std::vector<bool> before = around_;
    around_.assign(around_.size(), false);
    paragraphs_.count(body, around_);
    const double most = paragraphs_[body].good * kAroundShareMax;
    for (NodeId id = body; id < tree_.size(); ++id) around_[id] = before[id] && paragraphs_[id].good <= most;
    paragraphs_.count(body, around_);
  }

  [[nodiscard]] bool holds_title(NodeId id) const {
    for (NodeId i = id; i < tree_.at(id).end; ++i) {
      if (tree_.at(i).tag == Tag::h1) return true;
    }
    return false;
  }

  /// What the page itself marks as its text. The only one of a kind is believed, however
  /// much stands around it; of several the largest, if it holds most of the paragraphs.
  [[nodiscard]] NodeId marked_part(NodeId body) const {
    NodeId property = kNoNode, story = kNoNode, largest = body;
    int properties = 0, stories = 0;
    std::uint32_t most = 0;
    for (NodeId id = body + 1; id < tree_.at(body).end; ++id) {
      const Measure& own = paragraphs_[id];
      if (own.good < kMarkedCharsMin) continue;
      const bool is_property = contains(tree_.attribute(id, "itemprop"), "articlebody");
      const bool is_article = tree_.at(id).tag == Tag::article;
      if (is_property) property = id, ++properties;
      if (is_article && holds_title(id)) story = id, ++stories;
      const bool is_main = tree_.at(id).tag == Tag::main || tree_.attribute(id, "role") == "main";
      if ((is_property || is_article || is_main) && own.good >= most) largest = id, most = own.good;
    }
    if (properties == 1) return property;
    if (stories == 1) return story;
    return most * 2 > paragraphs_[body].good ? largest : body;
  }

  /// The smallest part that holds most of what `id` holds.
  [[nodiscard]] NodeId descend(NodeId id) const {
    for (;;) {
      NodeId best = kNoNode;
      for (NodeId child = id + 1; child < tree_.at(id).end; child = tree_.at(child).end) {
        if (best == kNoNode || paragraphs_[child].good > paragraphs_[best].good) best = child;
      }
      if (best == kNoNode || !tree_.at(best).has_block || paragraphs_[best].good < kDescendShare * paragraphs_[id].good) return id;
      id = best;
    }
  }

  /// In the text: lists of links, pictures' texts, the title that the facts name.
  [[nodiscard]] bool is_chaff(NodeId id) const {
    const Node& node = tree_.at(id);
    const Measure& own = paragraphs_[id];
    if (node.tag == Tag::h1) return true;
    if (is_inline(node.tag) && !node.has_block) return false;
    const bool has_many_links = own.link_share() > kLinkShareMax;
    switch (node.tag) {
      case Tag::ul: case Tag::ol: case Tag::dl: return has_many_links && own.good == 0;
      case Tag::table: return has_many_links;
      case Tag::div: case Tag::section: case Tag::header: case Tag::other: case Tag::p: return own.chars > 0 && has_many_links && own.good == 0 && own.chars < 400;
      case Tag::figure: return own.good == 0;
      default: break;
    }
    return false;
  }

  [[nodiscard]] NodeId title_before(NodeId root) const {
    NodeId title = kNoNode;
    for (NodeId id = tree_.find(Tag::h1); id < root; id = tree_.find(Tag::h1, id + 1)) {
      if (!tree_.at(id).is_hidden && tree_.at(id).end <= root) title = id;
    }
    return title;
  }

  /// Around its own place, that is, up to `top`; what is called a teaser may be the lead.
  [[nodiscard]] bool is_lead(NodeId id, NodeId top) const {
    if (!paragraphs_.is_paragraph(id)) return false;
    for (NodeId each = id; each != top; each = tree_.at(each).parent) {
      const bool is_teaser = contains(tree_.attribute(each, "class"), "teaser");
      if (tree_.at(each).is_hidden || (around_[each] && !is_teaser)) return false;
    }
    return true;
  }

  /// Paragraphs between the title and the text stand apart from it on many pages.
  void add_lead(Article& article) const {
    const NodeId root = article.root, title = title_before(root);
    if (title == kNoNode) return;
    NodeId top = title;
    while (tree_.at(top).end <= root) top = tree_.at(top).parent;
    std::vector<NodeId> lead;
    std::uint32_t chars = 0;
    for (NodeId id = tree_.at(title).end; id < root; ++id) {
      if (!is_lead(id, top)) continue;
      lead.push_back(id);
      chars += paragraphs_[id].chars;
      id = tree_.at(id).end - 1;
    }
    if (lead.empty() || chars > kLeadCharsMax || chars > paragraphs_[root].good * kLeadShareMax) return;
    // All of the part that holds both is left out, but for the lead and the text.
    std::vector<bool> kept(tree_.size());
    lead.push_back(root);
    for (const NodeId part : lead) {
      for (NodeId id = part; id != top && !kept[id]; id = tree_.at(id).parent) kept[id] = true;
    }
    auto next = lead.begin();
    for (NodeId id = top + 1; id < tree_.at(top).end;) {
      const bool is_part = next != lead.end() && id == *next;
      article.left_out[id] = !kept[id];
      id = is_part ? tree_.at(id).end : id + 1;
      if (is_part) ++next;
    }
    article.root = top;
  }

  const Tree& tree_;
  Paragraphs paragraphs_;
  std::vector<bool> around_;
};

}  // namespace

Article find_article(const Tree& tree) { return Finder(tree).find(); }

}  // namespace doc_reader
