#include "services/sessions.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <boost/asio/steady_timer.hpp>

namespace collet::services {

using Folder = std::shared_ptr<sandbox::WorkFolder>;

SessionStore::SessionStore(sandbox::Sandbox& sandbox, const config::SandboxSettings& settings)
    : sandbox_(sandbox), idle_max_(settings.session_idle_seconds), age_max_(settings.session_seconds_max) {}

Result<std::shared_ptr<SessionUse>> SessionStore::open(const SessionName& name, boost::asio::io_context& io) {
  if (!name.name.empty()) return open_named(name.instance + '\0' + name.caller + '\0' + name.name, io);
  const auto make = [this] { return sandbox_.make_work_folder(); };
  // A call that stands alone is a run of its own.
  auto folder = name.run ? name.run->find_or_make<sandbox::WorkFolder>("session of " + name.instance, make) : make();
  if (!folder) return std::move(folder).error();
  return std::make_shared<SessionUse>(SessionUse{std::move(*folder), nullptr});
}

Result<std::shared_ptr<SessionUse>> SessionStore::open_named(const std::string& key, boost::asio::io_context& io) {
  end_idle();
  const std::lock_guard lock(mutex_);
  auto found = sessions_.find(key);
  if (found == sessions_.end()) {
    auto folder = sandbox_.make_work_folder();
    if (!folder) return std::move(folder).error();
    found = sessions_.emplace(key, Session{std::move(*folder), Clock::now(), {}, 0}).first;
  }
  ++found->second.uses;
  std::shared_ptr<void> end(nullptr, [weak = weak_from_this(), key, &io](void*) {
    if (const auto self = weak.lock()) self->on_use_over(key, io);
  });
  return std::make_shared<SessionUse>(SessionUse{found->second.folder, std::move(end)});
}

void SessionStore::on_use_over(const std::string& key, boost::asio::io_context& io) {
  {
    const std::lock_guard lock(mutex_);
    Session& session = sessions_.at(key);  // one in use stays
    --session.uses;
    session.used = Clock::now();
  }
  watch(io);
}

SessionStore::Clock::time_point SessionStore::end_of(const Session& session) const {
  if (session.uses > 0) return Clock::time_point::max();
  return std::min(session.used + idle_max_, session.begun + age_max_);
}

// One timer for all: it looks again when the next one can be over.
void SessionStore::watch(boost::asio::io_context& io) {
  if (io.stopped()) return;  // so does the server
  Clock::time_point next = Clock::time_point::max();
  {
    const std::lock_guard lock(mutex_);
    if (is_watched_ || sessions_.empty()) return;
    is_watched_ = true;
    for (const auto& [key, session] : sessions_) next = std::min(next, end_of(session));
  }
  next = std::min(next, Clock::now() + idle_max_);
  auto timer = std::make_shared<boost::asio::steady_timer>(io, next);
  timer->async_wait([weak = weak_from_this(), timer, &io](boost::system::error_code) {
    const auto self = weak.lock();
    if (!self) return;
    self->end_idle();
    {
      const std::lock_guard lock(self->mutex_);
      self->is_watched_ = false;
    }
    self->watch(io);
  });
}

void SessionStore::end_idle() {
  std::vector<Folder> over;  // they go without the lock
  const std::lock_guard lock(mutex_);
  const auto now = Clock::now();
  std::erase_if(sessions_, [&](auto& entry) {
    if (end_of(entry.second) > now) return false;
    over.push_back(std::move(entry.second.folder));
    return true;
  });
}

std::size_t SessionStore::count() const {
  const std::lock_guard lock(mutex_);
  return sessions_.size();
}

}  // namespace collet::services
