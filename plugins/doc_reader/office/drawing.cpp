#include "office/drawing.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "list_maker.hpp"
#include "office/formula.hpp"
#include "words.hpp"

namespace doc_reader {

using collet::Result;

namespace {

constexpr int kSpanMax = 1'000;
const Relations kNoRelations;  // those of charts and diagrams lead to nothing that is read

}  // namespace

void Drawing::text(XmlId id, Bullets bullets) {
  ListMaker lists(maker_);
  std::array<int, 9> numbers{};
  for (const XmlId paragraph : xml_.children(id)) {
    if (xml_.name(paragraph) != "a:p" || (xml_.text(paragraph).empty() && xml_.find(paragraph, "a:fld") == kNoXml)) continue;
    const XmlId look = xml_.child(paragraph, "a:pPr");
    const bool has_number = xml_.child(look, "a:buAutoNum") != kNoXml;
    const bool has_bullet = has_number || xml_.child(look, "a:buChar") != kNoXml || xml_.child(look, "a:buBlip") != kNoXml ||
                            (bullets == Bullets::all && xml_.child(look, "a:buNone") == kNoXml);
    const int level = look == kNoXml ? 0 : number_in(xml_.attribute(look, "lvl"), 8, 0);
    const std::size_t depth = maker_.depth();
    if (has_bullet) {
      auto& number = numbers[static_cast<std::size_t>(level)];
      number = has_number ? std::max(number + 1, number_in(xml_.child_attribute(look, "a:buAutoNum", "startAt"), 1'000'000, 0)) : 0;
      std::fill(numbers.begin() + level + 1, numbers.end(), 0);
      lists.begin_item({"", level, level, has_number, number});
    } else {
      lists.end();
      numbers.fill(0);
    }
    const std::size_t outside = has_bullet ? maker_.depth() : std::min(depth, maker_.depth());
    maker_.open(Tag::p);
    runs(paragraph, true);
    maker_.close_to(outside);
  }
  lists.end();
}

void Drawing::line(XmlId id) {
  bool is_first = true;
  for (const XmlId paragraph : xml_.children(id)) {
    if (xml_.name(paragraph) != "a:p") continue;
    if (!std::exchange(is_first, false)) maker_.text(" ");
    runs(paragraph, false);
  }
}

void Drawing::runs(XmlId paragraph, bool shows_bold) {
  for (const XmlId child : xml_.children(paragraph)) {
    const auto name = xml_.name(child);
    if (name == "a:r" || name == "a:fld") run(child, shows_bold);
    if (name == "a:br") maker_.element(Tag::br, {});
    if (name == "mc:AlternateContent") {
      if (const XmlId formula = xml_.find(xml_.chosen(child), "m:oMath"); formula != kNoXml) maker_.element(Tag::code, formula_text(xml_, formula));
    }
  }
}

void Drawing::run(XmlId id, bool shows_bold) {
  const std::string text = xml_.text(xml_.child(id, "a:t"));
  if (text.empty()) return;
  const XmlId look = xml_.child(id, "a:rPr");
  const std::size_t depth = maker_.depth();
  const Relation* link = look == kNoXml ? nullptr : find_relation(relations_, xml_.child_attribute(look, "a:hlinkClick", "r:id"));
  if (link && link->is_external) {
    maker_.open(Tag::a);
    maker_.attribute("href", link->target);
  }
  if (look != kNoXml) {
    if (shows_bold && xml_is_on(xml_.attribute(look, "b"))) maker_.open(Tag::strong);
    if (xml_is_on(xml_.attribute(look, "i"))) maker_.open(Tag::em);
    if (const auto strike = xml_.attribute(look, "strike"); !strike.empty() && strike != "noStrike") maker_.open(Tag::del);
  }
  maker_.text(text);
  maker_.close_to(depth);
}

void Drawing::table(XmlId id) {
  const std::size_t depth = maker_.depth();
  maker_.open(Tag::table);
  const XmlId look = xml_.child(id, "a:tblPr");
  bool is_head = look != kNoXml && xml_is_on(xml_.attribute(look, "firstRow"));
  for (const XmlId row : xml_.children(id)) {
    if (xml_.name(row) != "a:tr") continue;
    maker_.open(Tag::tr);
    for (const XmlId cell : xml_.children(row)) {
      // Cells that another one covers are there, and empty.
      if (xml_.name(cell) != "a:tc" || xml_is_on(xml_.attribute(cell, "hMerge"))) continue;
      maker_.open(is_head ? Tag::th : Tag::td);
      if (const int span = number_in(xml_.attribute(cell, "gridSpan"), kSpanMax, 1); span > 1) maker_.attribute("colspan", std::to_string(span));
      if (!xml_is_on(xml_.attribute(cell, "vMerge"))) text(xml_.child(cell, "a:txBody"), Bullets::none);
      maker_.close_to(depth + 2);
    }
    maker_.close_to(depth + 1);
    is_head = false;
  }
  maker_.close_to(depth);
}

Result<void> Drawing::graphic(XmlId id) {
  const XmlId data = xml_.child(id, "a:graphicData");
  if (const XmlId found = xml_.child(data, "a:tbl"); found != kNoXml) table(found);
  const auto part = [&](std::string_view element, std::string_view attribute) {
    const Relation* relation = find_relation(relations_, xml_.child_attribute(data, element, attribute));
    return relation && !relation->is_external && package_.archive().has(relation->target) ? relation->target : std::string();
  };
  if (const auto found = part("c:chart", "r:id"); !found.empty()) return chart(found);
  if (const auto found = part("dgm:relIds", "r:dm"); !found.empty()) return diagram(found);
  return {};
}

/// What the points say, one after the other: their places are only drawn.
Result<void> Drawing::diagram(std::string_view part) {
  const auto xml = XmlTree::read(package_.archive(), part);
  if (!xml) return xml.error();
  maker_.open(Tag::ul);
  for (const XmlId point : xml->children(xml->child(0, "dgm:ptLst"))) {
    const XmlId body = xml->child(point, "dgm:t");
    if (body == kNoXml || xml->text(body).empty()) continue;
    maker_.open(Tag::li);
    Drawing(*xml, kNoRelations, package_, maker_).line(body);
    maker_.close();
  }
  maker_.close();
  return {};
}

namespace {

/// The points of c:cat or c:val by their index.
std::map<int, std::string> points_of(const XmlTree& xml, XmlId id) {
  std::map<int, std::string> out;
  if (id == kNoXml) return out;
  for (XmlId i = id; i < xml.at(id).end; ++i) {
    if (xml.name(i) == "c:pt") out[number_in(xml.attribute(i, "idx"), 1'000'000, 0)] = collapsed(xml.text(xml.child(i, "c:v")));
  }
  return out;
}

struct Series {
  std::string name;
  std::map<int, std::string> labels, values;
};

std::vector<Series> series_of(const XmlTree& xml) {
  std::vector<Series> out;
  for (XmlId i = 0; i < xml.size(); ++i) {
    if (xml.name(i) != "c:ser") continue;
    const XmlId name = xml.child(i, "c:tx");
    const auto either = [&](std::string_view one, std::string_view other) { return xml.child(i, one) != kNoXml ? xml.child(i, one) : xml.child(i, other); };
    out.push_back({collapsed(xml.text(xml.find(name, "c:v"))), points_of(xml, either("c:cat", "c:xVal")), points_of(xml, either("c:val", "c:yVal"))});
  }
  return out;
}

}  // namespace

/// The numbers behind it as a table, a column for each series.
Result<void> Drawing::chart(std::string_view part) {
  const auto xml = XmlTree::read(package_.archive(), part);
  if (!xml) return xml.error();
  auto series = series_of(*xml);
  if (series.size() >= package_.limits().table_columns_max) series.resize(package_.limits().table_columns_max - 1);
  if (series.empty()) return {};
  std::map<int, std::string> labels;
  for (const auto& each : series) {
    labels.insert(each.labels.begin(), each.labels.end());
    for (const auto& [index, value] : each.values) labels.emplace(index, "");
  }
  maker_.open(Tag::table);
  const auto row = [&](Tag tag, std::string_view label, const auto& cell_of) {
    maker_.open(Tag::tr);
    maker_.element(tag, label);
    for (const auto& each : series) maker_.element(tag, cell_of(each));
    maker_.close();
  };
  if (const XmlId title = xml->descend(0, {"c:chart", "c:title"}); title != kNoXml) {
    maker_.open(Tag::caption);
    if (const XmlId rich = xml->find(title, "c:rich"); rich != kNoXml) Drawing(*xml, kNoRelations, package_, maker_).line(rich);
    maker_.close();
  }
  row(Tag::th, "", [](const Series& each) { return each.name; });
  const std::size_t rows_max = package_.limits().table_cells_max / (series.size() + 1);
  std::size_t rows_left = rows_max;
  for (const auto& [index, label] : labels) {
    if (rows_left-- == 0) break;
    row(Tag::td, label, [i = index](const Series& each) { return each.values.contains(i) ? each.values.at(i) : std::string(); });
  }
  maker_.close();
  if (labels.size() > rows_max) maker_.element(Tag::p, "[" + std::to_string(labels.size() - rows_max) + " more rows]");
  return {};
}

}  // namespace doc_reader
