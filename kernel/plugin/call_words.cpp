// What the plugin says about a running call.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

#include <boost/asio/post.hpp>

#include "base/text.hpp"
#include "collet/str.hpp"
#include "plugin/call_state.hpp"

namespace collet::plugin {

namespace asio = boost::asio;

namespace {

bool is_ascii(std::string_view text) {
  // Eight bytes at a step: most results are, and repairing goes by characters.
  constexpr std::uint64_t kHighBits = 0x8080808080808080;
  std::size_t at = 0;
  for (; at + sizeof(std::uint64_t) <= text.size(); at += sizeof(std::uint64_t)) {
    std::uint64_t block = 0;
    std::memcpy(&block, text.data() + at, sizeof(block));
    if ((block & kHighBits) != 0) return false;
  }
  for (; at < text.size(); ++at) {
    if ((static_cast<unsigned char>(text[at]) & 0x80) != 0) return false;
  }
  return true;
}

std::string text_of(collet_str from) {
  const std::string_view text = to_view(from);
  return is_ascii(text) ? std::string(text) : base::repair_utf8(text);
}

}  // namespace

collet_status CallState::room_for(std::uint64_t bytes) const {
  if (over_ || plugin_done_) return COLLET_E_CLOSED;
  const bool fits = bytes <= info_.output_bytes_max - output_bytes_ && contents_.size() < COLLET_PARTS_MAX;
  return fits ? COLLET_OK : COLLET_E_LIMIT;
}

collet_status CallState::emit(const collet_content& part) {
  if (part.data.ptr == nullptr) return COLLET_E_INVALID;
  if (part.mime.len > COLLET_MIME_BYTES_MAX || part.name.len > COLLET_NAME_BYTES_MAX) return COLLET_E_LIMIT;
  {
    // Before the copy: a plugin may offer more than there is memory for.
    const std::scoped_lock lock(mutex_);
    if (const auto room = room_for(part.data.len); room != COLLET_OK) return room;
  }
  const bool is_json = part.kind == COLLET_CONTENT_JSON;
  const bool is_text = is_json || part.kind == COLLET_CONTENT_TEXT;
  Content content{part.kind, text_of(part.mime), is_text ? text_of(part.data) : std::string(to_view(part.data)),
                  text_of(part.name)};
  if (is_json && !Value::parse(content.data)) return COLLET_E_INVALID;
  const std::scoped_lock lock(mutex_);  // again: others emit too, and repairing makes longer
  if (const auto room = room_for(content.data.size()); room != COLLET_OK) return room;
  output_bytes_ += content.data.size();
  contents_.push_back(std::move(content));
  return COLLET_OK;
}

collet_status CallState::progress(const collet_progress& progress) {
  if (over_) return COLLET_E_CLOSED;
  if (progress.text.len > COLLET_PROGRESS_BYTES_MAX) return COLLET_OK;  // dropped, see collet_call_api
  return feed({progress.kind, progress.done, progress.total, text_of(progress.text)});
}

void CallState::output(std::int32_t kind, std::string_view piece) { feed({kind, 0, 0, std::string(piece)}); }

collet_status CallState::feed(CallProgress progress) {
  if (over_) return COLLET_E_CLOSED;
  if (!wants_progress_) return COLLET_OK;
  const auto delay = feed_.put(std::move(progress), Clock::now());
  if (!delay) return COLLET_OK;
  asio::post(io_, [call = self(), delay = *delay] {
    if (delay.count() == 0) return call->flush_progress();
    const auto timer = std::make_shared<asio::steady_timer>(call->io_, delay);
    timer->async_wait([call, timer](boost::system::error_code) { call->flush_progress(); });
  });
  return COLLET_OK;
}

void CallState::flush_progress() {
  for (auto& progress : feed_.take(Clock::now())) {
    if (events_.progress) events_.progress(std::move(progress));
  }
}

collet_status CallState::finish(const collet_finish& end) {
  {
    const std::scoped_lock lock(mutex_);
    if (plugin_done_) return COLLET_E_CLOSED;
    plugin_done_ = true;
  }
  Result<void> status;
  if (end.status < 0) {
    const Errc code = to_errc(end.status);
    const collet_str cut = {end.message.ptr, std::min<std::uint64_t>(end.message.len, COLLET_MESSAGE_BYTES_MAX)};
    std::string message = text_of(cut);
    if (message.empty()) message = "tool " + tool_->info.name + " failed: " + std::string(name(code));
    status = Error{code, std::move(message)};
  }
  const bool heard = complete(std::move(status), &end);
  end_plugin_side();
  return heard ? COLLET_OK : COLLET_E_CLOSED;
}

services::Scope::Facts CallState::facts() const {
  return {facts_.request_id, facts_.call_id, facts_.caller, tool_->info.name,
          facts_.app, facts_.size, tool_->info.effects, facts_.run};
}

}  // namespace collet::plugin
