#include "metadata.hpp"

#include <array>
#include <string>
#include <string_view>

#include "block_writer.hpp"
#include "collet/json.hpp"
#include "words.hpp"

namespace doc_reader {
namespace {

using collet::Value;

constexpr std::size_t kJsonLdBytesMax = 256u << 10;
constexpr std::size_t kJsonLdEntriesMax = 64;

void keep(std::string& field, std::string_view value) {
  if (field.empty()) field = collapsed(value);
}

/// {"author": "A"}, {"author": {"name": "A"}}, {"author": [{"name": "A"}, ...]}
std::string name_in(const Value& value) {
  if (value.is_string()) return std::string(value.string_or(""));
  if (value.is_object()) return std::string(value["name"].string_or(""));
  std::string out;
  for (std::size_t i = 0; i < value.size() && i < 8 && value.is_array(); ++i) {
    const std::string name = value.at(i).is_array() ? "" : name_in(value.at(i));
    if (!name.empty()) out.append(out.empty() ? "" : ", ").append(name);
  }
  return out;
}

void read_entry(const Value& entry, Metadata& out) {
  const auto date = entry["datePublished"].string_or("");
  keep(out.date, date);
  keep(out.author, name_in(entry["author"]));
  // An organisation has no headline, and a page's own may be about the site.
  keep(out.title, entry["headline"].string_or(""));
  keep(out.language, entry["inLanguage"].string_or(""));
}

void read_json_ld(std::string_view text, Metadata& out) {
  collet::JsonLimits limits;
  limits.bytes_max = kJsonLdBytesMax;
  limits.depth_max = 32;
  const auto json = Value::parse(trim(text), limits);
  if (!json) return;
  const Value list = json->is_array() ? *json : (*json)["@graph"];
  if (json->is_object()) read_entry(*json, out);
  for (std::size_t i = 0; i < list.size() && i < kJsonLdEntriesMax && list.is_array(); ++i) read_entry(list.at(i), out);
}

struct Rule {
  std::string_view name;
  std::string Metadata::*field;
};
constexpr std::array<Rule, 15> kRules = {{{"og:title", &Metadata::title}, {"twitter:title", &Metadata::title}, {"dc.title", &Metadata::title},
                                          {"author", &Metadata::author}, {"dc.creator", &Metadata::author}, {"article:author_name", &Metadata::author},
                                          {"parsely-author", &Metadata::author}, {"article:published_time", &Metadata::date},
                                          {"datepublished", &Metadata::date}, {"date", &Metadata::date}, {"dc.date", &Metadata::date},
                                          {"parsely-pub-date", &Metadata::date}, {"og:site_name", &Metadata::site},
                                          {"description", &Metadata::description}, {"og:description", &Metadata::description}}};

void read_meta(const Tree& tree, NodeId id, Metadata& out) {
  for (const auto attribute : {"property", "name", "itemprop"}) {
    const auto name = tree.attribute(id, attribute);
    if (name.empty()) continue;
    for (const Rule& rule : kRules) {
      if (equals(name, rule.name)) keep(out.*rule.field, tree.attribute(id, "content"));
    }
  }
}

}  // namespace

std::string first_heading(const Tree& tree, Tag level) {
  const NodeId heading = tree.find(level);
  return heading == kNoNode ? std::string() : collapsed(raw_text(tree, heading));
}

Metadata metadata_of(const Tree& tree) {
  Metadata out;
  std::string title, heading, time;
  for (NodeId id = 0; id < tree.size(); ++id) {
    switch (tree.at(id).tag) {
      case Tag::html: keep(out.language, tree.attribute(id, "lang")); break;
      case Tag::script: read_json_ld(raw_text(tree, id), out); break;
      case Tag::meta: read_meta(tree, id, out); break;
      case Tag::title: keep(title, raw_text(tree, id)); break;
      case Tag::h1: keep(heading, raw_text(tree, id)); break;
      case Tag::time: keep(time, tree.attribute(id, "datetime")); break;
      default: break;
    }
  }
  keep(out.title, title);
  keep(out.title, heading);
  keep(out.date, time);
  return out;
}

}  // namespace doc_reader
