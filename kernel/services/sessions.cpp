#include "services/sessions.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/steady_timer.hpp>

namespace collet::services {

std::shared_ptr<SessionStore> SessionStore::make(sandbox::Sandbox& sandbox, const config::SandboxSettings& settings) {
  auto store = std::make_shared<SessionStore>(sandbox, settings);
  sandbox.on_work_folders_wanted([weak = std::weak_ptr(store)] {
    if (const auto self = weak.lock()) self->end_least_used();
  });
  return store;
}

// One caller leaves half of them to the others.
SessionStore::SessionStore(sandbox::Sandbox& sandbox, const config::SandboxSettings& settings)
    : sandbox_(sandbox), idle_max_(settings.session_idle_seconds), age_max_(settings.session_seconds_max),
      per_caller_max_(static_cast<std::size_t>(std::max(1, settings.sessions_max / 2))) {}

Result<std::shared_ptr<SessionUse>> SessionStore::open(const SessionName& name, boost::asio::io_context& io) {
  if (!name.name.empty()) return open_named(name, io);
  const auto make = [this] { return make_folder(); };
  // A call that stands alone is a run of its own.
  auto folder = name.run ? name.run->find_or_make<sandbox::WorkFolder>("session of " + name.instance, make) : make();
  if (!folder) return std::move(folder).error();
  return std::make_shared<SessionUse>(SessionUse{std::move(*folder), nullptr});
}

Result<SessionStore::Folder> SessionStore::make_folder() {
  auto made = sandbox_.make_work_folder();
  while (!made && made.error().code == Errc::limit && end_least_used()) made = sandbox_.make_work_folder();
  return made;
}

Result<std::shared_ptr<SessionUse>> SessionStore::open_named(const SessionName& name, boost::asio::io_context& io) {
  const std::string key = name.instance + '\0' + name.caller + '\0' + name.name;
  const auto over = take_over();
  SessionPtr evicted;  // goes without the lock
  std::unique_lock lock(mutex_);
  if (auto found = find(key)) return use(std::move(found), io);
  if (has_share(name.caller)) {
    evicted = take_least_used(&name.caller);
    if (!evicted) return Error{Errc::limit, "this key has " + std::to_string(per_caller_max_) + " sessions, and all are in use (half of sandbox.sessions_max); try again later"};
  }
  lock.unlock();
  evicted.reset();
  auto folder = make_folder();
  if (!folder) return std::move(folder).error();
  lock.lock();
  auto& session = sessions_[key];  // another call may have been faster
  if (!session) session = std::make_shared<Session>(Session{std::move(*folder), name.caller, Clock::now(), {}, 0});
  return use(session, io);
}

// Under the lock. One that is too old is begun anew, though calls may still be in it.
SessionStore::SessionPtr SessionStore::find(const std::string& key) {
  const auto found = sessions_.find(key);
  if (found == sessions_.end()) return nullptr;
  if (found->second->begun + age_max_ > Clock::now()) return found->second;
  sessions_.erase(found);
  return nullptr;
}

bool SessionStore::has_share(const std::string& caller) const {
  const auto of_caller = [&](const auto& entry) { return entry.second->caller == caller; };
  return static_cast<std::size_t>(std::ranges::count_if(sessions_, of_caller)) >= per_caller_max_;
}

SessionStore::SessionPtr SessionStore::take_least_used(const std::string* caller) {
  auto found = sessions_.end();
  for (auto at = sessions_.begin(); at != sessions_.end(); ++at) {
    const Session& session = *at->second;
    if (session.uses > 0 || (caller != nullptr && session.caller != *caller)) continue;
    if (found == sessions_.end() || session.used < found->second->used) found = at;
  }
  return found == sessions_.end() ? nullptr : sessions_.extract(found).mapped();
}

bool SessionStore::end_least_used() {
  SessionPtr ended;  // goes without the lock
  const std::lock_guard lock(mutex_);
  ended = take_least_used(nullptr);
  return ended != nullptr;
}

std::shared_ptr<SessionUse> SessionStore::use(SessionPtr session, boost::asio::io_context& io) {
  ++session->uses;
  Folder folder = session->folder;
  std::shared_ptr<void> end(nullptr, [weak = weak_from_this(), session = std::move(session), &io](void*) {
    if (const auto self = weak.lock()) self->on_use_over(*session, io);
  });
  return std::make_shared<SessionUse>(SessionUse{std::move(folder), std::move(end)});
}

void SessionStore::on_use_over(Session& session, boost::asio::io_context& io) {
  {
    const std::lock_guard lock(mutex_);
    --session.uses;
    session.used = Clock::now();
  }
  watch(io);
}

bool SessionStore::is_over(const Session& session, Clock::time_point now) const {
  return session.uses == 0 && std::min(session.used + idle_max_, session.begun + age_max_) <= now;
}

std::vector<SessionStore::SessionPtr> SessionStore::take_over() {
  std::vector<SessionPtr> over;
  const std::lock_guard lock(mutex_);
  const auto now = Clock::now();
  std::erase_if(sessions_, [&](auto& entry) {
    if (!is_over(*entry.second, now)) return false;
    over.push_back(std::move(entry.second));
    return true;
  });
  return over;
}

// One timer for all: it looks again when the next one can be over.
void SessionStore::watch(boost::asio::io_context& io) {
  if (io.stopped()) return;  // so does the server
  Clock::time_point next = Clock::now() + std::min(idle_max_, age_max_);
  {
    const std::lock_guard lock(mutex_);
    if (is_watched_ || sessions_.empty()) return;
    is_watched_ = true;
    for (const auto& [key, session] : sessions_) {
      if (session->uses == 0) next = std::min({next, session->used + idle_max_, session->begun + age_max_});
    }
  }
  auto timer = std::make_shared<boost::asio::steady_timer>(io, next);
  timer->async_wait([weak = weak_from_this(), timer, &io](boost::system::error_code) {
    const auto self = weak.lock();
    if (!self) return;
    {
      const auto over = self->take_over();
      const std::lock_guard lock(self->mutex_);
      self->is_watched_ = false;
    }
    self->watch(io);
  });
}

std::size_t SessionStore::count() const {
  const std::lock_guard lock(mutex_);
  return sessions_.size();
}

}  // namespace collet::services
