#include "office/xlsx.hpp"

#include <algorithm>
#include <utility>

#include "office/sheet.hpp"
#include "tree_maker.hpp"
#include "words.hpp"

namespace doc_reader {

using collet::Result;

namespace {

class Workbook {
 public:
  Workbook(Package& package, Extent extent, TreeMaker& maker) : package_(package), extent_(extent), maker_(maker) {}

  /// Every sheet in its order. @return how many hidden ones keep their name only.
  Result<int> write() {
    const auto xml = XmlTree::read(package_.archive(), package_.main_part());
    if (!xml) return xml.error();
    const auto relations = package_.relations_of(package_.main_part());
    if (!relations) return relations.error();
    const auto from_1904 = xml->child_attribute(0, "x:workbookPr", "date1904");
    from_1904_ = xml_is_on(from_1904);
    if (const auto read = read_shared(*relations); !read) return read.error();
    int hidden = 0;
    for (const XmlId id : xml->children(xml->child(0, "x:sheets"))) {
      if (xml->name(id) != "x:sheet") continue;
      const auto state = xml->attribute(id, "state");
      const bool is_hidden = state == "hidden" || state == "veryHidden";
      maker_.element(Tag::h2, std::string(xml->attribute(id, "name")) + (is_hidden ? " (hidden)" : ""));
      hidden += is_hidden && extent_ == Extent::article;
      const Relation* relation = find_relation(*relations, xml->attribute(id, "r:id"));
      const bool is_shown = relation && relation->type == "worksheet" && !(is_hidden && extent_ == Extent::article);
      if (!is_shown) continue;
      if (const auto written = write_sheet(relation->target); !written) return written.error();
    }
    return hidden;
  }

 private:
  Result<void> read_shared(const Relations& relations) {
    if (const auto part = target_of(relations, "styles"); !part.empty() && package_.archive().has(part)) {
      const auto styles = XmlTree::read(package_.archive(), part);
      if (!styles) return styles.error();
      formats_ = CellFormats(*styles);
    }
    if (const auto part = target_of(relations, "sharedStrings"); !part.empty() && package_.archive().has(part)) {
      const auto xml = package_.archive().read(part);
      if (!xml) return xml.error();
      auto strings = read_shared_strings(*xml, part, package_.archive());
      if (!strings) return strings.error();
      strings_ = *std::move(strings);
    }
    return {};
  }

  Result<void> write_sheet(const std::string& part) {
    const auto xml = package_.archive().read(part);
    if (!xml) return xml.error();
    const SheetReading reading{formats_, from_1904_, extent_ == Extent::whole};
    const auto sheet = read_sheet(*xml, part, package_.archive(), reading);
    if (!sheet) return sheet.error();
    const auto relations = package_.relations_of(part);
    if (!relations) return relations.error();
    table(*sheet, *relations);
    return {};
  }

  void table(const Sheet& sheet, const Relations& relations) {
    const Limits& limits = package_.limits();
    const std::size_t columns = std::min(sheet.columns.size(), limits.table_columns_max);
    const std::size_t rows = std::min(sheet.rows.size(), limits.table_cells_max / std::max<std::size_t>(columns, 1));
    const std::vector<int> used(sheet.columns.begin(), std::next(sheet.columns.begin(), static_cast<std::ptrdiff_t>(columns)));
    if (rows > 0) maker_.open(Tag::table);
    for (std::size_t i = 0; i < rows; ++i) {
      maker_.open(Tag::tr);
      auto cell = sheet.rows[i].cells.begin();
      const auto end = sheet.rows[i].cells.end();
      for (const int column : used) {
        cell = std::find_if(cell, end, [&](const Cell& c) { return c.column >= column; });
        maker_.open(i == 0 ? Tag::th : Tag::td);
        if (cell != end && cell->column == column) write_cell(*cell, sheet, sheet.rows[i].number, relations);
        maker_.close();
      }
      maker_.close();
    }
    if (rows > 0) maker_.close();
    say(sheet.rows.size() - rows + sheet.more_rows, "more row");
    say(sheet.columns.size() - columns, "more column");
    say(sheet.hidden_rows, "hidden row");
    say(sheet.hidden_columns, "hidden column");
  }

  void write_cell(const Cell& cell, const Sheet& sheet, int row, const Relations& relations) {
    const std::size_t depth = maker_.depth();
    const auto link = sheet.links.empty() ? sheet.links.end() : sheet.links.find(column_name(cell.column) + std::to_string(row));
    const Relation* target = link == sheet.links.end() ? nullptr : find_relation(relations, link->second);
    if (target && target->is_external) {
      maker_.open(Tag::a);
      maker_.attribute("href", target->target);
    }
    maker_.text(cell.shared == SIZE_MAX ? cell.text : cell.shared < strings_.size() ? strings_[cell.shared] : "");
    maker_.close_to(depth);
  }

  void say(std::size_t count, std::string_view of_what) {
    if (count > 0) maker_.element(Tag::p, "[" + std::to_string(count) + " " + std::string(of_what) + (count == 1 ? "]" : "s]"));
  }

  Package& package_;
  Extent extent_;
  TreeMaker& maker_;
  CellFormats formats_;
  SharedStrings strings_;
  bool from_1904_ = false;
};

}  // namespace

Result<Document> read_xlsx(Package& package, Extent extent) {
  TreeMaker maker(package.limits());
  const auto hidden = Workbook(package, extent, maker).write();
  if (!hidden) return hidden.error();
  const auto tree = maker.finish();
  if (!tree) return tree.error();
  auto out = document_of(package, *tree, extent);
  if (!out) return out.error();
  if (*hidden > 0) out->note = "hidden sheets are left out (" + std::to_string(*hidden) + "); mode full shows them";
  return out;
}

}  // namespace doc_reader
