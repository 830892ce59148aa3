#include "office/formula.hpp"

#include <algorithm>

#include "words.hpp"

namespace doc_reader {
namespace {

std::string inner(const XmlTree& xml, XmlId id) {
  std::string out;
  for (const XmlId child : xml.children(id)) out += formula_text(xml, child);
  return out;
}

std::string bracketed(const XmlTree& xml, XmlId id, std::string_view name) {
  const std::string text = inner(xml, xml.child(id, name));
  const bool is_one = std::ranges::all_of(text, [](char c) { return is_alnum(c) || c == '.' || static_cast<unsigned char>(c) >= 0x80; });
  return is_one ? text : "(" + text + ")";
}

std::string property(const XmlTree& xml, XmlId id, std::string_view properties, std::string_view name, std::string_view other) {
  const XmlId found = xml.child(xml.child(id, properties), name);
  return std::string(found == kNoXml ? other : xml.attribute(found, "m:val"));
}

/// "sum_(i=1)^n".
std::string scripts(const XmlTree& xml, XmlId id) {
  std::string out;
  if (xml.child(id, "m:sub") != kNoXml && !xml.text(xml.child(id, "m:sub")).empty()) out += "_" + bracketed(xml, id, "m:sub");
  if (xml.child(id, "m:sup") != kNoXml && !xml.text(xml.child(id, "m:sup")).empty()) out += "^" + bracketed(xml, id, "m:sup");
  return out;
}

}  // namespace

std::string formula_text(const XmlTree& xml, XmlId id) {
  const auto name = xml.name(id);
  if (name == "m:t") return xml.text(id);
  if (name == "m:f") return bracketed(xml, id, "m:num") + "/" + bracketed(xml, id, "m:den");
  if (name == "m:sSup" || name == "m:sSub" || name == "m:sSubSup") return bracketed(xml, id, "m:e") + scripts(xml, id);
  if (name == "m:nary") return property(xml, id, "m:naryPr", "m:chr", "\xE2\x88\xAB") + scripts(xml, id) + " " + bracketed(xml, id, "m:e");
  if (name == "m:rad") {
    const std::string degree = inner(xml, xml.child(id, "m:deg"));
    return (degree.empty() ? "sqrt" : "root_" + degree) + "(" + inner(xml, xml.child(id, "m:e")) + ")";
  }
  if (name == "m:d") return property(xml, id, "m:dPr", "m:begChr", "(") + inner(xml, xml.child(id, "m:e")) + property(xml, id, "m:dPr", "m:endChr", ")");
  if (name.ends_with("Pr")) return {};
  return inner(xml, id);
}

}  // namespace doc_reader
