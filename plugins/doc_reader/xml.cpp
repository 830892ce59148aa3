#include "xml.hpp"

#include <climits>
#include <memory_resource>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include <expat.h>

#include "over_limit.hpp"
#include "words.hpp"
#include "xml_names.hpp"

namespace doc_reader {

using collet::Errc;
using collet::Error;
using collet::Result;

namespace {

constexpr XML_Char kBetween = '\n';  // no URI holds it
constexpr std::uint32_t kEventsBetweenLooks = 1024;
constexpr std::size_t kNamesMax = 20'000;

/// The names of one document: few, and the same ones again and again.
class Names {
 public:
  /// "http://..../main\np" -> "w:p". "?" once there are too many.
  std::string_view of(std::string_view full) {
    if (const auto known = known_.find(full); known != known_.end()) return *known->second;
    if (known_.size() >= kNamesMax) return "?";
    const auto between = full.find(kBetween);
    std::string name(full.substr(between == std::string_view::npos ? 0 : between + 1));
    if (between != std::string_view::npos) name = std::string(prefix_of(full.substr(0, between))) + ":" + name;
    auto owned = std::make_unique<std::string>(std::move(name));
    return *known_.emplace(std::string(full), std::move(owned)).first->second;
  }

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  std::unordered_map<std::string, std::unique_ptr<std::string>, Hash, std::equal_to<>> known_;
};

class Reader {
 public:
  Reader(std::string_view part, const Archive& archive, XmlEvents& events, Names& names)
      : part_(part), archive_(archive), events_(events), names_(names), parser_(XML_ParserCreateNS(nullptr, kBetween)) {
    XML_SetUserData(parser_.get(), this);
    XML_SetElementHandler(
        parser_.get(), [](void* self, const XML_Char* name, const XML_Char** attributes) { static_cast<Reader*>(self)->start(name, attributes); },
        [](void* self, const XML_Char* name) { static_cast<Reader*>(self)->end(name); });
    XML_SetCharacterDataHandler(parser_.get(), [](void* self, const XML_Char* text, int length) {
      static_cast<Reader*>(self)->text({text, static_cast<std::size_t>(length)});
    });
    XML_SetEntityDeclHandler(parser_.get(), [](void* self, const XML_Char*, int, const XML_Char*, int, const XML_Char*, const XML_Char*, const XML_Char*, const XML_Char*) {
      auto& reader = *static_cast<Reader*>(self);
      reader.stop(Error{Errc::invalid, reader.shown() + " declares entities, which are not read; save it again without them"});
    });
  }

  Result<void> run(std::string_view xml) {
    if (xml.size() > INT_MAX) return over_limit(shown() + " has", "zip_entry_bytes_max", INT_MAX);
    const auto status = XML_Parse(parser_.get(), xml.data(), static_cast<int>(xml.size()), XML_TRUE);
    if (failure_) return *failure_;
    if (status == XML_STATUS_OK || is_stopped_) return {};
    return Error{Errc::invalid, shown() + " is damaged: " + XML_ErrorString(XML_GetErrorCode(parser_.get())) + " in line " +
                                    std::to_string(XML_GetCurrentLineNumber(parser_.get())) + " of its XML; ask for another copy"};
  }

 private:
  struct Closer {
    void operator()(XML_ParserStruct* parser) const { XML_ParserFree(parser); }
  };

  [[nodiscard]] std::string shown() const { return "\"" + collapsed(part_.substr(0, 200)) + "\" in the document"; }

  void stop(std::optional<Error> failure) {
    if (is_stopped_) return;
    is_stopped_ = true;
    failure_ = std::move(failure);
    XML_StopParser(parser_.get(), XML_FALSE);
  }

  void start(const XML_Char* name, const XML_Char** attributes) {
    if (is_stopped_) return;
    if (++depth_ > archive_.limits().xml_depth_max) return stop(over_limit("elements of " + shown() + " are nested", "xml_depth_max", archive_.limits().xml_depth_max));
    if (++count_ % kEventsBetweenLooks == 0 && std::chrono::steady_clock::now() > archive_.deadline()) {
      return stop(over_limit("reading the document takes", "zip_ms_max", archive_.limits().zip_ms_max));
    }
    attributes_.clear();
    for (; *attributes; attributes += 2) attributes_.push_back({names_.of(attributes[0]), attributes[1]});
    if (!events_.start(names_.of(name), attributes_)) stop(std::nullopt);
  }
  void end(const XML_Char* name) {
    --depth_;
    if (!is_stopped_) events_.end(names_.of(name));
  }
  void text(std::string_view text) {
    if (!is_stopped_) events_.text(text);
  }

  std::string_view part_;
  const Archive& archive_;
  XmlEvents& events_;
  Names& names_;
  std::unique_ptr<XML_ParserStruct, Closer> parser_;
  std::vector<XmlAttribute> attributes_;
  std::optional<Error> failure_;
  bool is_stopped_ = false;
  std::size_t depth_ = 0;
  std::uint32_t count_ = 0;
};

}  // namespace

/// Copies what the parser says; text between elements' text and an element is one node.
class XmlTreeEvents : public XmlEvents {
 public:
  XmlTreeEvents(XmlTree& tree, std::pmr::memory_resource& memory, std::size_t bytes_max) : tree_(tree), memory_(memory), bytes_max_(bytes_max) {}

  bool start(std::string_view name, std::span<const XmlAttribute> attributes) override {
    end_text();
    open_.push_back(tree_.size());
    tree_.nodes_.push_back({name, {}, 0, static_cast<std::uint32_t>(tree_.attributes_.size()), static_cast<std::uint32_t>(attributes.size())});
    for (const auto& attribute : attributes) tree_.attributes_.push_back({attribute.name, copy(attribute.value)});
    bytes_ += sizeof(XmlNode) + attributes.size() * sizeof(XmlAttribute);
    return !is_too_big();
  }
  void text(std::string_view text) override { text_ += text; }
  void end(std::string_view) override {
    end_text();
    tree_.nodes_[open_.back()].end = tree_.size();
    open_.pop_back();
  }
  [[nodiscard]] bool is_too_big() const { return bytes_ > bytes_max_; }

 private:
  void end_text() {
    if (text_.empty()) return;
    bytes_ += sizeof(XmlNode);
    const auto text = copy(text_);
    tree_.nodes_.push_back({{}, text, tree_.size() + 1, 0, 0});
    text_.clear();
  }
  std::string_view copy(std::string_view text) {
    if (text.empty()) return {};
    bytes_ += text.size();
    auto* out = static_cast<char*>(memory_.allocate(text.size(), 1));
    text.copy(out, text.size());
    return {out, text.size()};
  }

  XmlTree& tree_;
  std::pmr::memory_resource& memory_;
  std::size_t bytes_max_, bytes_ = 0;
  std::string text_;
  std::vector<XmlId> open_;
};

std::string_view value_of(std::span<const XmlAttribute> attributes, std::string_view name) {
  for (const auto& attribute : attributes) {
    if (attribute.name == name) return attribute.value;
  }
  return {};
}

Result<void> read_xml(std::string_view xml, std::string_view part, const Archive& archive, XmlEvents& events) {
  Names names;
  return Reader(part, archive, events, names).run(xml);
}

Result<XmlTree> XmlTree::parse(std::string_view xml, std::string_view part, const Archive& archive) {
  struct Storage {
    Names names;
    std::pmr::monotonic_buffer_resource memory;
  };
  auto storage = std::make_shared<Storage>();
  XmlTree tree;
  const std::size_t bytes_max = archive.limits().parse_memory_bytes_max;
  XmlTreeEvents events(tree, storage->memory, bytes_max);
  if (const auto read = Reader(part, archive, events, storage->names).run(xml); !read) return read.error();
  if (events.is_too_big()) return over_limit("\"" + collapsed(part.substr(0, 200)) + "\" in the document needs", "parse_memory_bytes_max", bytes_max);
  tree.storage_ = std::move(storage);
  return tree;
}

Result<XmlTree> XmlTree::read(Archive& archive, std::string_view name) {
  const auto xml = archive.read(name);
  if (!xml) return xml.error();
  return parse(*xml, name, archive);
}

std::string_view XmlTree::attribute(XmlId id, std::string_view name) const {
  const XmlNode& node = nodes_[id];
  for (std::uint32_t i = 0; i < node.attributes_count; ++i) {
    const XmlAttribute& attribute = attributes_[node.attributes_begin + i];
    if (attribute.name == name) return attribute.value;
  }
  return {};
}

XmlId XmlTree::child(XmlId id, std::string_view name) const {
  for (const XmlId child : children(id)) {
    if (nodes_[child].name == name) return child;
  }
  return kNoXml;
}

XmlId XmlTree::descend(XmlId id, std::initializer_list<std::string_view> names) const {
  for (const auto name : names) id = child(id, name);
  return id;
}

std::string_view XmlTree::child_attribute(XmlId id, std::string_view name, std::string_view attribute_name) const {
  const XmlId found = child(id, name);
  return found == kNoXml ? std::string_view() : attribute(found, attribute_name);
}

XmlId XmlTree::find(XmlId id, std::string_view name) const {
  if (id == kNoXml) return kNoXml;
  for (XmlId i = id + 1; i < nodes_[id].end; ++i) {
    if (nodes_[i].name == name) return i;
  }
  return kNoXml;
}

XmlId XmlTree::chosen(XmlId alternate) const {
  const XmlId choice = child(alternate, "mc:Choice");
  return choice != kNoXml ? choice : child(alternate, "mc:Fallback");
}

std::string XmlTree::text(XmlId id) const {
  std::string out;
  if (id == kNoXml) return out;
  for (XmlId i = id; i < nodes_[id].end; ++i) out += nodes_[i].text;
  return out;
}

}  // namespace doc_reader
