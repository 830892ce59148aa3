// schema_words.cpp - how a finding speaks: short, and of use to whoever repairs the call.
// SPDX-License-Identifier: Apache-2.0
#include "schema_words.hpp"

#include <algorithm>
#include <array>

namespace collet::schema {

namespace {

constexpr std::size_t kTextBytes = 48;      // of a quoted string or number
constexpr std::size_t kListed = 12;         // entries of a list
constexpr std::size_t kKeysShown = 4;
constexpr std::size_t kComparedBytes = 48;  // names longer than this are no slips
constexpr std::size_t kCandidatesMax = 512;

/// At most `bytes` of `text`, cut between characters.
std::string cut(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return std::string(text);
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) --bytes;
  return std::string(text.substr(0, bytes));
}

std::string shortened_text(std::string_view text) {
  if (text.size() <= kTextBytes) return json::quote(text);
  std::string quoted = json::quote(cut(text, kTextBytes));
  quoted.insert(quoted.size() - 1, "...");
  return quoted;
}

std::string shortened_object(const Value& object) {
  if (object.size() == 0) return "an empty object";
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < object.size() && i < kKeysShown; ++i) keys.push_back(cut(object.key_at(i), 24));
  std::string out = object.size() == 1 ? "an object with the key " : "an object with the keys ";
  if (object.size() <= kKeysShown) return out + listed(keys, "and");
  for (const std::string& key : keys) out += key + ", ";
  return out + "...";
}

/// Lower case, and '-' for '_': slips that are no slips.
std::string folded(std::string_view name) {
  std::string out(name);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == '-') c = '_';
  }
  return out;
}

/// Edits (insert, drop, change, swap of neighbours) from `a` to `b`.
std::size_t edits(std::string_view a, std::string_view b) {
  std::array<std::array<std::size_t, kComparedBytes + 1>, 3> rows{};
  for (std::size_t j = 0; j <= b.size(); ++j) rows[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto& row = rows[i % 3];
    const auto& above = rows[(i + 2) % 3];
    const auto& above_it = rows[(i + 1) % 3];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] != b[j - 1])});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], above_it[j - 2] + 1);
    }
  }
  return rows[a.size() % 3][b.size()];
}

}  // namespace

std::string shortened(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::string: return shortened_text(*value.as_string());
    case Value::Kind::array:
      return value.size() == 0 ? "an empty array" : "an array of " + counted(value.size(), "entry", "entries");
    case Value::Kind::object: return shortened_object(value);
    case Value::Kind::null:
    case Value::Kind::boolean:
    case Value::Kind::number: return value.dump();
  }
  return value.dump();
}

std::string_view with_article(std::string_view type) {
  if (type == "integer") return "an integer";
  if (type == "number") return "a number";
  if (type == "string") return "a string";
  if (type == "boolean") return "a boolean";
  if (type == "array") return "an array";
  if (type == "object") return "an object";
  return "null";
}

std::string listed(const std::vector<std::string>& entries, std::string_view conjunction) {
  std::string out;
  const std::size_t shown = std::min(entries.size(), kListed);
  for (std::size_t i = 0; i < shown; ++i) {
    const bool last = i + 1 == entries.size();
    if (i > 0) out.append(last ? " " + std::string(conjunction) + " " : ", ");
    out.append(entries[i]);
  }
  if (shown < entries.size()) out.append(", ... (" + std::to_string(entries.size()) + " in all)");
  return out;
}

std::string_view nearest(std::string_view name, const std::vector<std::string_view>& candidates) {
  if (name.empty() || name.size() > kComparedBytes) return {};
  const std::string wanted = folded(name);
  std::string_view best;
  std::size_t best_edits = wanted.size() / 3 + 1;  // as far as a slip may be, plus one
  for (std::size_t i = 0; i < candidates.size() && i < kCandidatesMax; ++i) {
    if (candidates[i].size() > kComparedBytes) continue;
    const std::string candidate = folded(candidates[i]);
    std::size_t distance = edits(wanted, candidate);
    // "file" for "file_path": a beginning counts as near.
    const bool begins = wanted.size() >= 3 && candidate.size() >= 3 &&
                        (candidate.starts_with(wanted) || wanted.starts_with(candidate));
    if (begins) distance = std::min<std::size_t>(distance, 1);
    if (distance < best_edits) {
      best_edits = distance;
      best = candidates[i];
    }
  }
  return best;
}

std::string counted(std::uint64_t count, std::string_view singular, std::string_view plural) {
  return std::to_string(count) + " " + std::string(count == 1 ? singular : plural);
}

}  // namespace collet::schema
