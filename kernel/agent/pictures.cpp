#include "agent/pictures.hpp"

#include <utility>

#include "collet/json.hpp"

namespace collet::agent {
namespace {

Value text_part(const std::string& text) { return json::object({{"type", "text"}, {"text", text}}); }

}  // namespace

std::string Pictures::take(std::vector<Picture> pictures) {
  std::string lines;
  for (auto& picture : pictures) {
    lines += (lines.empty() ? "[image " : "\n[image ") + picture.name;
    if (picture.url.empty() || parts_bytes_ + picture.bytes > bytes_max_) {
      lines += ", " + std::to_string(picture.bytes) + " bytes; you cannot see it, whoever reads the tool's result can]";
      continue;
    }
    const std::string title = "picture " + std::to_string(++count_);
    lines += ": " + title + " below]";
    parts_bytes_ += picture.bytes;
    parts_.push_back(text_part(title + " of the tools' results:"));
    parts_.push_back(json::object({{"type", "image_url"}, {"image_url", json::object({{"url", std::move(picture.url)}})}}));
  }
  return lines;
}

void Pictures::show(std::vector<llm::Message>& messages) {
  can_withdraw_ = !parts_.empty();
  if (parts_.empty()) return;
  std::uint64_t total = parts_bytes_;
  for (const Shown& shown : shown_) total += shown.bytes;
  while (total > bytes_max_) {
    messages[shown_.front().message].content = Value("[pictures that are no longer shown]");
    total -= shown_.front().bytes;
    shown_.erase(shown_.begin());
  }
  shown_.push_back({messages.size(), std::exchange(parts_bytes_, 0)});
  llm::Message message;
  message.role = "user";
  message.content = json::array(std::exchange(parts_, {}));
  messages.push_back(std::move(message));
}

bool Pictures::withdraw(std::vector<llm::Message>& messages) {
  if (!std::exchange(can_withdraw_, false)) return false;
  messages[shown_.back().message].content = Value("[pictures that could not be shown]");
  shown_.pop_back();
  return true;
}

}  // namespace collet::agent
