// XML of a stranger: as events, or as a flat tree in document order. Names have the short
// prefix of xml_names.hpp, whatever prefix the document uses.
#pragma once

#include <cstdint>
#include <deque>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "archive.hpp"

namespace doc_reader {

struct XmlAttribute {
  std::string_view name;  ///< "r:id", "val".
  std::string_view value;
};

/// Views live during the call, those of names for good.
class XmlEvents {
 public:
  virtual ~XmlEvents() = default;
  /// @return false: nothing more is wanted.
  [[nodiscard]] virtual bool start(std::string_view name, std::span<const XmlAttribute> attributes) = 0;
  virtual void text(std::string_view text) = 0;
  virtual void end(std::string_view name) = 0;
};

/// xsd:boolean, and "on" of Office's early days.
[[nodiscard]] constexpr bool xml_is_on(std::string_view value) { return value == "1" || value == "true" || value == "on"; }
/// "" when there is none of that name.
[[nodiscard]] std::string_view value_of(std::span<const XmlAttribute> attributes, std::string_view name);

/// Entities of the document's own are refused, others' never fetched.
/// @param part what to call it in errors.
/// @error invalid: not well-formed; limit: xml_depth_max, zip_ms_max.
[[nodiscard]] collet::Result<void> read_xml(std::string_view xml, std::string_view part, const Archive& archive, XmlEvents& events);

using XmlId = std::uint32_t;
inline constexpr XmlId kNoXml = 0xFFFFFFFF;

/// Descendants of node n are n + 1 up to, not including, n.end.
struct XmlNode {
  std::string_view name;  ///< "" for text.
  std::string_view text;
  XmlId end = 0;
  std::uint32_t attributes_begin = 0;
  std::uint32_t attributes_count = 0;
};

/// Owns what its views point to. 0 is the root.
class XmlTree {
 public:
  /// @error as read_xml(); limit: parse_memory_bytes_max.
  [[nodiscard]] static collet::Result<XmlTree> parse(std::string_view xml, std::string_view part, const Archive& archive);
  /// An entry of the archive. @error as Archive::read(), too.
  [[nodiscard]] static collet::Result<XmlTree> read(Archive& archive, std::string_view name);

  [[nodiscard]] XmlId size() const { return static_cast<XmlId>(nodes_.size()); }
  [[nodiscard]] const XmlNode& at(XmlId id) const { return nodes_[id]; }
  [[nodiscard]] std::string_view name(XmlId id) const { return nodes_[id].name; }
  /// "" when it has none.
  [[nodiscard]] std::string_view attribute(XmlId id, std::string_view name) const;
  /// The first child of this name, or kNoXml; of kNoXml there is none.
  [[nodiscard]] XmlId child(XmlId id, std::string_view name) const;
  /// child() of child() ... of `id`.
  [[nodiscard]] XmlId descend(XmlId id, std::initializer_list<std::string_view> names) const;
  /// attribute() of child(), "" when there is no such child.
  [[nodiscard]] std::string_view child_attribute(XmlId id, std::string_view name, std::string_view attribute) const;
  /// The first element of this name in `id`, at any depth, or kNoXml.
  [[nodiscard]] XmlId find(XmlId id, std::string_view name) const;
  /// What mc:AlternateContent stands for: the first choice, else the fallback.
  [[nodiscard]] XmlId chosen(XmlId alternate) const;
  /// All text in `id`.
  [[nodiscard]] std::string text(XmlId id) const;

  class Children {
   public:
    class Iterator {
     public:
      Iterator(const XmlTree& tree, XmlId id) : tree_(&tree), id_(id) {}
      XmlId operator*() const { return id_; }
      Iterator& operator++() { return id_ = tree_->at(id_).end, *this; }
      bool operator==(const Iterator& other) const { return id_ == other.id_; }

     private:
      const XmlTree* tree_;
      XmlId id_;
    };
    Children(const XmlTree& tree, XmlId begin, XmlId end) : begin_(tree, begin), end_(tree, end) {}
    [[nodiscard]] Iterator begin() const { return begin_; }
    [[nodiscard]] Iterator end() const { return end_; }

   private:
    Iterator begin_, end_;
  };
  /// Texts, too. Of kNoXml: none.
  [[nodiscard]] Children children(XmlId id) const {
    return id == kNoXml ? Children(*this, 0, 0) : Children(*this, id + 1, at(id).end);
  }

 private:
  friend class XmlTreeEvents;
  // Vectors would take twice what they hold, and three times while they grow.
  std::deque<XmlNode> nodes_;
  std::deque<XmlAttribute> attributes_;
  std::shared_ptr<const void> storage_;
};

}  // namespace doc_reader
