#include "sections.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "words.hpp"

namespace doc_reader {
namespace {

// Long enough to answer a question, short enough that several fit.
constexpr std::size_t kPassageBytes = 900;

/// Blocks between empty lines; a fence of code is one, empty lines and all.
class Blocks {
 public:
  explicit Blocks(std::string_view text) : rest_(text) {}

  std::optional<std::string_view> next() {
    while (!rest_.empty() && rest_.front() == '\n') rest_.remove_prefix(1);
    if (rest_.empty()) return std::nullopt;
    std::size_t end = 0;
    std::string_view fence;
    while (end < rest_.size()) {
      const auto line = rest_.substr(end, rest_.find('\n', end) - end);
      const auto plain = trim(line);
      const auto ticks = plain.substr(0, std::min(plain.find_first_not_of('`'), plain.size()));
      if (plain.empty() && fence.empty()) break;
      if (fence.empty() && ticks.size() >= 3) {
        fence = ticks;
      } else if (!fence.empty() && plain == fence) {
        fence = {};
      }
      end = std::min(end + line.size() + 1, rest_.size());
      if (is_heading_line(rest_)) break;  // one line, whatever follows
    }
    const auto block = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return block;
  }

  static bool is_heading_line(std::string_view text) {
    const auto signs = std::min(text.find_first_not_of('#'), text.size());
    return signs >= 1 && signs <= 6 && text.substr(signs).starts_with(' ');
  }

 private:
  std::string_view rest_;
};

Heading heading_of(std::string_view block) {
  const auto signs = block.find_first_not_of('#');
  return {static_cast<int>(signs), std::string(trim(block.substr(signs)))};
}

/// 0 when it is none.
int page_of(const Heading& heading, std::string_view word) {
  int page = 0;
  const bool is_page = !word.empty() && heading.level == 1 && heading.text.starts_with(word) && heading.text.substr(word.size()).starts_with(' ');
  if (is_page) std::from_chars(heading.text.data() + word.size() + 1, heading.text.data() + heading.text.size(), page);
  return page;
}

}  // namespace

std::vector<Passage> passages_of(std::string_view markdown, std::string_view page_word) {
  std::vector<Passage> out;
  std::vector<Heading> above;
  Passage current;
  int page = 0;
  const auto end_passage = [&] {
    if (current.text.empty()) return;
    for (const auto& heading : above) current.path.push_back(heading.text);
    current.page = page;
    out.push_back(std::exchange(current, {}));
  };
  Blocks blocks(markdown);
  while (const auto block = blocks.next()) {
    if (!Blocks::is_heading_line(*block)) {
      if (!current.text.empty() && current.text.size() + block->size() > kPassageBytes) end_passage();
      current.text.append(current.text.empty() ? "" : "\n").append(*block);
      if (!current.text.ends_with('\n')) current.text += '\n';
      continue;
    }
    end_passage();
    Heading heading = heading_of(*block);
    if (const int number = page_of(heading, page_word); number > 0) {
      page = number;
      continue;
    }
    while (!above.empty() && above.back().level >= heading.level) above.pop_back();
    above.push_back(std::move(heading));
  }
  end_passage();
  return out;
}

std::string outline_of(std::string_view markdown, std::string_view page_word) {
  std::string out;
  std::vector<int> levels;
  int page = 0;
  Blocks blocks(markdown);
  while (const auto block = blocks.next()) {
    if (!Blocks::is_heading_line(*block)) continue;
    const Heading heading = heading_of(*block);
    if (const int number = page_of(heading, page_word); number > 0) {
      page = number;
      continue;
    }
    // The depth in the tree, not the number of signs: pages leave levels out.
    while (!levels.empty() && levels.back() >= heading.level) levels.pop_back();
    out += std::string(2 * levels.size(), ' ') + "- " + heading.text;
    if (page > 0) out += " (" + lower(page_word) + " " + std::to_string(page) + ")";
    out += '\n';
    levels.push_back(heading.level);
  }
  return out;
}

}  // namespace doc_reader
