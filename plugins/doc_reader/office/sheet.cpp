#include "office/sheet.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "over_limit.hpp"
#include "words.hpp"

namespace doc_reader {

using collet::Result;

namespace {

constexpr int kColumnsMax = 16'384, kRowsMax = 1'048'576;

/// "AB12" -> 27. -1 for no such name.
int column_in(std::string_view reference) {
  int column = 0;
  std::size_t at = 0;
  for (; at < reference.size() && is_alpha(reference[at]) && column <= kColumnsMax; ++at) column = column * 26 + (to_lower(reference[at]) - 'a' + 1);
  return at == 0 || column > kColumnsMax ? -1 : column - 1;
}

/// Characters that XML has no room for stand there as "_x000D_".
std::string unescaped(std::string_view text) {
  constexpr std::size_t kCodeBytes = 7;
  std::string out;
  std::size_t kept = 0;
  for (auto at = text.find("_x"); at != std::string_view::npos; at = text.find("_x", std::max(at + 1, kept))) {
    std::uint32_t value = 0;
    const char* digits = text.data() + at + 2;
    const bool is_code = at + kCodeBytes <= text.size() && text[at + 6] == '_' && std::from_chars(digits, digits + 4, value, 16).ptr == digits + 4;
    if (!is_code) continue;
    out += text.substr(kept, at - kept);
    append_utf8(out, value >= 0xD800 && value < 0xE000 ? 0xFFFD : value);
    kept = at + kCodeBytes;
  }
  return out.append(text.substr(kept));
}

class StringEvents : public XmlEvents {
 public:
  explicit StringEvents(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  bool start(std::string_view name, std::span<const XmlAttribute>) override {
    if (name == "x:si") strings.emplace_back(), bytes_ += sizeof(std::string);
    phonetic_ += name == "x:rPh";
    in_text_ = name == "x:t" && phonetic_ == 0;
    return !is_too_big();
  }
  void text(std::string_view text) override {
    if (!in_text_ || strings.empty()) return;
    strings.back() += text;
    bytes_ += text.size();
  }
  void end(std::string_view name) override {
    phonetic_ -= name == "x:rPh";
    in_text_ = false;
    if (name == "x:si" && !strings.empty()) strings.back() = unescaped(strings.back());
  }
  [[nodiscard]] bool is_too_big() const { return bytes_ > bytes_max_; }

  SharedStrings strings;

 private:
  std::size_t bytes_max_, bytes_ = 0;
  int phonetic_ = 0;
  bool in_text_ = false;
};

class SheetEvents : public XmlEvents {
 public:
  SheetEvents(const SheetReading& reading, std::size_t cells_max) : reading_(reading), cells_max_(cells_max) {}

  bool start(std::string_view name, std::span<const XmlAttribute> attributes) override {
    part_ = Part::none;
    if (name == "x:row") begin_row(attributes);
    if (name == "x:c") begin_cell(attributes);
    if (name == "x:v") part_ = Part::value;
    if (name == "x:f") part_ = Part::formula;
    if (name == "x:t" && phonetic_ == 0) part_ = Part::text;
    phonetic_ += name == "x:rPh";
    if (name == "x:col" && xml_is_on(value_of(attributes, "hidden"))) hide_columns(attributes);
    if (name == "x:hyperlink" && sheet.links.size() < cells_max_) sheet.links.emplace(value_of(attributes, "ref"), value_of(attributes, "r:id"));
    return true;
  }
  void text(std::string_view text) override {
    if (part_ == Part::value) value_ += text;
    if (part_ == Part::formula) formula_ += text;
    if (part_ == Part::text) inline_ += text;
  }
  void end(std::string_view name) override {
    part_ = Part::none;
    phonetic_ -= name == "x:rPh";
    if (name == "x:c") end_cell();
    if (name == "x:row") end_row();
  }

  Sheet sheet;

 private:
  enum class Part { none, value, formula, text };

  void begin_row(std::span<const XmlAttribute> attributes) {
    row_.number = number_in(value_of(attributes, "r"), kRowsMax, row_.number + 1);
    row_.cells.clear();
    is_hidden_row_ = xml_is_on(value_of(attributes, "hidden"));
    column_ = -1;
  }
  void hide_columns(std::span<const XmlAttribute> attributes) {
    const int first = number_in(value_of(attributes, "min"), kColumnsMax, 1), last = number_in(value_of(attributes, "max"), kColumnsMax, 0);
    if (first >= 1 && first <= last) std::fill(hidden_columns_.begin() + first - 1, hidden_columns_.begin() + last, true);
  }
  void begin_cell(std::span<const XmlAttribute> attributes) {
    const int named = column_in(value_of(attributes, "r"));
    column_ = named >= 0 ? named : std::min(column_ + 1, kColumnsMax);
    type_ = value_of(attributes, "t");
    format_ = reading_.formats.of(value_of(attributes, "s"));
    value_.clear(), formula_.clear(), inline_.clear();
  }

  void end_cell() {
    Cell cell{column_, SIZE_MAX, {}};
    if (type_ == "s") {
      cell.shared = static_cast<std::size_t>(number_in(trim(value_), 100'000'000, 100'000'000));
    } else if (type_ == "inlineStr") {
      cell.text = unescaped(inline_);
    } else if (type_ == "b") {
      cell.text = value_.empty() ? "" : xml_is_on(value_) ? "TRUE" : "FALSE";
    } else if (type_ == "str" || type_ == "e" || type_ == "d") {
      cell.text = unescaped(value_);
    } else {
      cell.text = value_.empty() ? "" : shown_number(value_, format_, reading_.from_1904);
    }
    // A file that no program has calculated yet.
    if (value_.empty() && cell.text.empty() && !formula_.empty()) cell.text = "=" + formula_;
    const bool is_empty = cell.shared == SIZE_MAX && trim(cell.text).empty();
    if (is_empty || (type_ == "s" && value_.empty())) return;
    if (hidden_columns_[static_cast<std::size_t>(column_)] && !reading_.shows_hidden) return void(unseen_columns_.insert(column_));
    row_.cells.push_back(std::move(cell));
  }

  void end_row() {
    sheet.hidden_columns = unseen_columns_.size();
    if (row_.cells.empty()) return;
    if (is_hidden_row_ && !reading_.shows_hidden) return void(++sheet.hidden_rows);
    if (is_full_ || cells_ + row_.cells.size() > cells_max_) {
      is_full_ = true;
      return void(++sheet.more_rows);
    }
    cells_ += row_.cells.size();
    for (const auto& cell : row_.cells) sheet.columns.insert(cell.column);
    sheet.rows.push_back(std::move(row_));
    row_ = {sheet.rows.back().number, {}};
  }

  const SheetReading& reading_;
  std::size_t cells_max_, cells_ = 0;
  SheetRow row_;
  std::vector<bool> hidden_columns_ = std::vector<bool>(kColumnsMax + 1);
  std::set<int> unseen_columns_;
  std::string type_, value_, formula_, inline_;
  NumberFormat format_;
  Part part_ = Part::none;
  int column_ = -1, phonetic_ = 0;
  bool is_hidden_row_ = false, is_full_ = false;
};

}  // namespace

std::string column_name(int column) {
  std::string out;
  for (int left = column + 1; left > 0; left = (left - 1) / 26) out.insert(out.begin(), static_cast<char>('A' + (left - 1) % 26));
  return out;
}

Result<SharedStrings> read_shared_strings(std::string_view xml, std::string_view part, const Archive& archive) {
  StringEvents events(archive.limits().parse_memory_bytes_max);
  if (const auto read = read_xml(xml, part, archive, events); !read) return read.error();
  if (events.is_too_big()) return over_limit("the workbook's texts need", "parse_memory_bytes_max", archive.limits().parse_memory_bytes_max);
  return std::move(events.strings);
}

Result<Sheet> read_sheet(std::string_view xml, std::string_view part, const Archive& archive, const SheetReading& reading) {
  SheetEvents events(reading, archive.limits().table_cells_max);
  if (const auto read = read_xml(xml, part, archive, events); !read) return read.error();
  return std::move(events.sheet);
}

}  // namespace doc_reader
