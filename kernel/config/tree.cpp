#include "config/tree.hpp"

#include <algorithm>

namespace collet::config {
namespace {

constexpr std::size_t kFindingsShown = 50;

std::string_view parent_of(std::string_view path) {
  const std::size_t cut = path.find_last_of(".[");
  return cut == std::string_view::npos ? std::string_view() : path.substr(0, cut);
}

}  // namespace

std::string child_path(std::string_view path, std::string_view key) {
  std::string out(path);
  if (!out.empty()) out += '.';
  return out += key;
}

std::string index_path(std::string_view path, std::size_t index) {
  return std::string(path) + "[" + std::to_string(index) + "]";
}

void Findings::add(std::string_view path, std::string_view message) {
  const auto same_path = [&](const Line& line) { return line.path == path; };
  const auto part_of = [&](const std::string& whole) { return path.size() > whole.size() && path.starts_with(whole); };
  if (std::any_of(lines_.begin(), lines_.end(), same_path) || std::any_of(closed_.begin(), closed_.end(), part_of)) return;
  const Mark* mark = nullptr;
  for (std::string_view place = path; !mark && !place.empty(); place = parent_of(place)) {
    mark = tree_.find(std::string(place));
  }
  Line line{mark ? mark->line : 0, std::string(path), source_};
  if (mark && mark->line > 0) line.text += ":" + std::to_string(mark->line);
  line.text += ": ";
  if (!path.empty()) line.text.append(path).append(": ");
  line.text += message;
  lines_.push_back(std::move(line));
}

void Findings::add_whole(const std::string& path, std::string_view message) {
  add(path, message);
  closed_.push_back(path + ".");
}

std::string Findings::text() const {
  std::vector<Line> sorted = lines_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Line& a, const Line& b) { return a.number < b.number; });
  std::string out;
  for (std::size_t i = 0; i < sorted.size() && i < kFindingsShown; ++i) {
    if (i > 0) out += '\n';
    out += sorted[i].text;
  }
  if (sorted.size() > kFindingsShown) {
    out += "\n(" + std::to_string(sorted.size() - kFindingsShown) + " more)";
  }
  return out;
}

}  // namespace collet::config
