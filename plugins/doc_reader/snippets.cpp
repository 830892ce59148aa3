// Ranks passages by BM25, with more weight for the headings above them.
#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "sections.hpp"
#include "words.hpp"

namespace doc_reader {
namespace {

constexpr double kSaturation = 1.2, kLengthWeight = 0.75;  // k1 and b, as usual
constexpr double kHeadingWeight = 2.5;                     // one word in a heading counts as so many
constexpr double kScoreShareMin = 0.2;                     // of the best one's
constexpr std::size_t kSnippetsMax = 20;

/// Plurals and the commonest endings off, so that "installing" finds "install".
std::string stem(std::string word) {
  for (const std::string_view ending : {"ations", "ation", "ings", "ing", "ers", "ies", "ed", "es", "er", "s"}) {
    if (word.size() >= ending.size() + 3 && word.ends_with(ending)) return word.substr(0, word.size() - ending.size());
  }
  return word;
}

/// Words in lower case; signs of Chinese, Japanese and Korean are words of their own.
std::vector<std::string> words_in(std::string_view text) {
  std::vector<std::string> out;
  std::string word;
  const auto end_word = [&] {
    if (!word.empty()) out.push_back(stem(std::exchange(word, {})));
  };
  while (!text.empty()) {
    const auto [c, bytes] = decode(text);
    const auto sign = text.substr(0, bytes);
    text.remove_prefix(bytes);
    if (c >= 0x2E80 && c < 0xFB00 && !may_be_punctuation(c)) {
      end_word();
      out.emplace_back(sign);
    } else if (c < 0x80 ? is_alnum(static_cast<char>(c)) : !may_be_punctuation(c) && !is_unicode_space(c)) {
      word += c < 0x80 ? std::string(1, to_lower(static_cast<char>(c))) : std::string(sign);
    } else if (c != '_') {
      end_word();
    }
  }
  end_word();
  return out;
}

// What stands in any text says nothing of what it is about.
const std::unordered_set<std::string>& common_words() {
  static const std::unordered_set<std::string> words = {"the", "a", "an", "of", "to", "in", "is", "it", "and", "or", "for", "on", "with", "how", "what",
                                                        "do", "doe", "i", "be", "are", "can", "this", "that", "by", "from", "at", "as", "which", "when", "where", "why", "who"};
  return words;
}

std::vector<std::string> query_words(std::string_view query) {
  auto words = words_in(query);
  std::ranges::sort(words);
  words.erase(std::unique(words.begin(), words.end()), words.end());
  auto telling = words;
  std::erase_if(telling, [](const std::string& word) { return common_words().contains(word); });
  return telling.empty() ? words : telling;
}

struct Counted {
  std::unordered_map<std::string, double> counts;  ///< Only of words of the query.
  double length = 0;
};

Counted counted(const Passage& passage, const std::unordered_set<std::string>& wanted) {
  Counted out;
  const auto add = [&](std::string_view text, double weight) {
    for (auto& word : words_in(text)) {
      if (wanted.contains(word)) out.counts[word] += weight;
      out.length += 1;
    }
  };
  add(passage.text, 1);
  for (const auto& heading : passage.path) add(heading, kHeadingWeight);
  return out;
}

std::vector<std::pair<double, std::size_t>> ranked(const std::vector<Passage>& passages, std::string_view query) {
  const auto words = query_words(query);
  const std::unordered_set<std::string> wanted(words.begin(), words.end());
  std::vector<Counted> all;
  std::map<std::string, double> found_in;
  double length = 0;
  for (const auto& passage : passages) {
    all.push_back(counted(passage, wanted));
    length += all.back().length;
    for (const auto& [word, count] : all.back().counts) found_in[word] += 1;
  }
  const double mean = std::max(1.0, length / std::max<double>(1, static_cast<double>(passages.size())));
  std::vector<std::pair<double, std::size_t>> out;
  for (std::size_t i = 0; i < all.size(); ++i) {
    double score = 0;
    for (const auto& [word, count] : all[i].counts) {
      const double rarity = std::log(1 + (static_cast<double>(all.size()) - found_in[word] + 0.5) / (found_in[word] + 0.5));
      score += rarity * count * (kSaturation + 1) / (count + kSaturation * (1 - kLengthWeight + kLengthWeight * all[i].length / mean));
    }
    if (score > 0) out.emplace_back(score, i);
  }
  std::ranges::stable_sort(out, [](const auto& a, const auto& b) { return a.first > b.first; });
  return out;
}

}  // namespace

std::string snippets_of(std::string_view markdown, std::string_view query, std::string_view page_word) {
  const auto passages = passages_of(markdown, page_word);
  const auto order = ranked(passages, query);
  std::string out;
  for (std::size_t i = 0; i < order.size() && i < kSnippetsMax; ++i) {
    const auto& [score, index] = order[i];
    if (score < kScoreShareMin * order[0].first) break;
    const Passage& passage = passages[index];
    std::string place;
    for (const auto& heading : passage.path) place.append(place.empty() ? "" : " > ").append(heading);
    if (passage.page > 0) place.append(place.empty() ? "" : ", ").append(lower(page_word)).append(" ").append(std::to_string(passage.page));
    out += (out.empty() ? "" : "\n") + std::string("## ") + std::to_string(i + 1) + (place.empty() ? "" : ". " + place) + "\n\n" + passage.text;
  }
  return out;
}

}  // namespace doc_reader
