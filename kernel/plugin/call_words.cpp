// What the plugin says about a running call.
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

constexpr std::size_t kPartsMax = 4096;

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

collet_status CallState::emit(const collet_content& part) {
  const bool is_text = part.kind == COLLET_CONTENT_TEXT || part.kind == COLLET_CONTENT_JSON;
  Content content{part.kind, std::string(to_view(part.mime)),
                  is_text ? text_of(part.data) : std::string(to_view(part.data)),
                  std::string(to_view(part.name))};
  const std::scoped_lock lock(mutex_);
  if (over_ || plugin_done_) return COLLET_E_CLOSED;
  if (content.data.size() > info_.output_bytes_max - output_bytes_ || contents_.size() >= kPartsMax) return COLLET_E_LIMIT;
  output_bytes_ += content.data.size();
  contents_.push_back(std::move(content));
  return COLLET_OK;
}

collet_status CallState::progress(const collet_progress& progress) {
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
    std::string message = text_of(end.message);
    if (message.empty()) message = "tool " + tool_->info.name + " failed: " + std::string(name(code));
    status = Error{code, std::move(message)};
  }
  const bool heard = complete(std::move(status), &end);
  end_plugin_side();
  return heard ? COLLET_OK : COLLET_E_CLOSED;
}

services::Scope::Facts CallState::facts() const {
  return {facts_.request_id, facts_.call_id, facts_.caller, tool_->info.name,
          facts_.app, facts_.size, tool_->info.effects};
}

}  // namespace collet::plugin
