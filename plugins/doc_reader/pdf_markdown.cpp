#include "pdf_markdown.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "inline.hpp"
#include "pdf_tables.hpp"
#include "words.hpp"

namespace doc_reader {
namespace {

// Letters that are larger than the text's by this are a heading.
constexpr double kHeadingRatio = 1.15, kSectionRatio = 1.35, kTitleRatio = 1.7;
constexpr std::size_t kHeadingCharsMax = 160;

std::string text_of(const PdfLine& line) {
  std::string out;
  for (const auto& word : line.words) out.append(out.empty() ? "" : " ").append(word.text);
  return out;
}

/// The height that most characters have.
double body_height(const std::vector<PdfPage>& pages) {
  std::map<int, std::size_t> chars;
  for (const auto& page : pages) {
    for (const auto& line : page.lines) {
      for (const auto& word : line.words) chars[static_cast<int>(word.box.height() * 4)] += word.text.size();
    }
  }
  const auto most = std::ranges::max_element(chars, {}, [](const auto& entry) { return entry.second; });
  return most == chars.end() ? 0 : (most->first + 0.5) / 4;
}

/// "•" and its like. @return their bytes, 0 for none.
std::size_t bullet_bytes(std::string_view text) {
  for (const std::string_view bullet : {"\xE2\x80\xA2", "\xE2\x97\xA6", "\xE2\x96\xAA", "\xE2\x97\x8F", "\xE2\x96\xA0", "\xE2\x80\xA3", "\xEF\x82\xB7"}) {
    if (text.starts_with(bullet)) return bullet.size();
  }
  return 0;
}

class PageWriter {
 public:
  PageWriter(std::string& out, double body, int& tables, const Limits& limits) : out_(out), body_(body), tables_(tables), limits_(limits) {}

  void write(const PdfPage& page) {
    auto tables = find_tables(page, limits_);
    for (const PdfLine& line : page.lines) {
      const auto table = std::ranges::find_if(tables, [&](const PdfTable& t) { return holds(t, line); });
      if (table == tables.end()) {
        add(line);
        continue;
      }
      end_paragraph();
      if (!table->rows.empty()) write_table(*table);
      table->rows.clear();  // once, where its first line stood
    }
    end_paragraph();
  }

 private:
  static bool holds(const PdfTable& table, const PdfLine& line) {
    const double y = line.box.middle();
    return y >= table.box.y_min && y <= table.box.y_max && line.box.x_min <= table.box.x_max && line.box.x_max >= table.box.x_min;
  }

  void add(const PdfLine& line) {
    const std::string text = text_of(line);
    const auto bullet = bullet_bytes(text);
    const int level = level_of(line, text);
    if (line.begins_block || bullet > 0 || level != level_) end_paragraph();
    level_ = level;
    if (paragraph_.empty()) {
      is_item_ = bullet > 0;
      paragraph_ = trim(text.substr(bullet));
      return;
    }
    const bool is_cut_word = paragraph_.size() > 2 && paragraph_.ends_with('-') && is_alpha(paragraph_[paragraph_.size() - 2]) && to_lower(text[0]) == text[0] && is_alpha(text[0]);
    if (is_cut_word) paragraph_.pop_back();
    paragraph_ += (is_cut_word ? "" : " ") + text;
  }

  /// 0: no heading.
  int level_of(const PdfLine& line, std::string_view text) const {
    double height = 0;
    for (const auto& word : line.words) height = std::max(height, word.box.height());
    const double ratio = body_ > 0 ? height / body_ : 1;
    const bool has_letter = std::ranges::any_of(text, [](char c) { return is_alpha(c) || static_cast<unsigned char>(c) >= 0x80; });
    if (ratio < kHeadingRatio || text.size() > kHeadingCharsMax || !has_letter) return 0;
    return ratio >= kTitleRatio ? 2 : ratio >= kSectionRatio ? 3 : 4;
  }

  void end_paragraph() {
    const std::string text = std::exchange(paragraph_, {});
    if (text.empty()) return;
    const bool is_heading = level_ > 0 && text.size() <= kHeadingCharsMax;
    std::string line = escaped_text(text, is_heading ? Place::heading : Place::paragraph, !is_heading, false);
    if (is_heading) {
      if (line.ends_with('#')) line.insert(line.size() - 1, 1, '\\');
      line.insert(0, std::string(static_cast<std::size_t>(level_), '#') + " ");
    } else if (is_item_) {
      line.insert(0, "- ");
    }
    const bool goes_on = is_item_ && was_item_;
    if (!goes_on) out_ += '\n';
    out_.append(line).append("\n");
    was_item_ = is_item_;
  }

  void write_table(const PdfTable& table) {
    out_ += "\n### Table " + std::to_string(++tables_) + "\n\n";
    for (std::size_t i = 0; i < table.rows.size(); ++i) {
      out_ += '|';
      for (const auto& cell : table.rows[i]) out_.append(" ").append(escaped_text(cell, Place::cell, false, false)).append(" |");
      out_ += '\n';
      if (i > 0) continue;
      out_ += '|';
      for (std::size_t column = 0; column < table.rows[i].size(); ++column) out_ += " --- |";
      out_ += '\n';
    }
    was_item_ = false;
  }

  std::string& out_;
  double body_;
  int& tables_;
  const Limits& limits_;
  std::string paragraph_;
  int level_ = 0;
  bool is_item_ = false, was_item_ = false;
};

}  // namespace

std::string pdf_markdown(const std::vector<PdfPage>& pages, std::int64_t first, const Limits& limits) {
  const double body = body_height(pages);
  std::string out;
  for (std::size_t i = 0; i < pages.size(); ++i) {
    if (!out.empty()) out += '\n';
    out += "# Page " + std::to_string(first + static_cast<std::int64_t>(i)) + "\n";
    int tables = 0;
    PageWriter(out, body, tables, limits).write(pages[i]);
  }
  return out;
}

}  // namespace doc_reader
