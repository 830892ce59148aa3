#include "services/kv.hpp"

#include <utility>

#include "services/origin.hpp"
#include "services/services.hpp"
#include "services/tables.hpp"

namespace collet::services {
namespace {
constexpr std::size_t kKeyBytesMax = 256;
}

KvStore::Space& KvStore::space(std::string_view instance) {
  const auto found = spaces_.find(instance);
  return found != spaces_.end() ? found->second : spaces_[std::string(instance)];
}

void KvStore::erase(Space& space, Entries::iterator entry) {
  space.bytes -= entry->first.size() + entry->second.value.size();
  space.entries.erase(entry);
}

KvStore::Entries::iterator KvStore::find(Space& space, std::string_view key) {
  const auto entry = space.entries.find(key);
  if (entry == space.entries.end() || entry->second.expires > now_()) return entry;
  erase(space, entry);
  return space.entries.end();
}

void KvStore::drop_expired(Space& space) {
  const auto now = now_();
  for (auto entry = space.entries.begin(); entry != space.entries.end();) {
    const auto next = std::next(entry);
    if (entry->second.expires <= now) erase(space, entry);
    entry = next;
  }
}

KvStore::Clock::time_point KvStore::expiry(std::int64_t ttl_ms) const {
  constexpr auto kNever = Clock::time_point::max();
  if (ttl_ms == 0) return kNever;
  const auto now = now_();
  // In milliseconds, since in the clock's own unit a long time would overflow.
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(kNever - now);
  return ttl_ms < left.count() ? now + std::chrono::milliseconds(ttl_ms) : kNever;
}

Result<KvStore::Entry> KvStore::get(std::string_view instance, std::string_view key) {
  const std::scoped_lock lock(mutex_);
  Space& own = space(instance);
  const auto entry = find(own, key);
  if (entry == own.entries.end()) return Error{Errc::not_found, "no such key"};
  return entry->second;
}

Result<KvStore::Put> KvStore::put(std::string_view instance, std::string_view key, std::string_view value,
                                  std::int64_t ttl_ms, std::uint64_t expected) {
  if (key.empty() || key.size() > kKeyBytesMax) {
    return Error{Errc::invalid, "a key must have 1 to " + std::to_string(kKeyBytesMax) + " bytes"};
  }
  if (ttl_ms < 0) return Error{Errc::invalid, "ttl_ms must not be negative, got " + std::to_string(ttl_ms)};
  const std::scoped_lock lock(mutex_);
  Space& own = space(instance);
  auto entry = find(own, key);
  const std::uint64_t present = entry == own.entries.end() ? COLLET_KV_ABSENT : entry->second.version;
  if (expected != COLLET_KV_ANY && expected != present) return Put{true, present};
  const std::size_t old_bytes = entry == own.entries.end() ? 0 : key.size() + entry->second.value.size();
  const std::size_t new_bytes = key.size() + value.size();
  if (own.bytes - old_bytes + new_bytes > bytes_max_) {
    drop_expired(own);  // never drops `entry`: find() has just seen it alive
    if (own.bytes - old_bytes + new_bytes > bytes_max_) {
      return Error{Errc::limit, "the instance would hold more than limits.kv_bytes_max = " + std::to_string(bytes_max_) + " bytes"};
    }
  }
  if (entry == own.entries.end()) entry = own.entries.emplace(std::string(key), Entry{}).first;
  own.bytes += new_bytes - old_bytes;
  entry->second.value = value;
  entry->second.version = ++last_version_;
  entry->second.expires = expiry(ttl_ms);
  return Put{false, entry->second.version};
}

Result<KvStore::Put> KvStore::remove(std::string_view instance, std::string_view key, std::uint64_t expected) {
  const std::scoped_lock lock(mutex_);
  Space& own = space(instance);
  const auto entry = find(own, key);
  if (entry == own.entries.end()) return Error{Errc::not_found, "no such key"};
  const std::uint64_t present = entry->second.version;
  if (expected != COLLET_KV_ANY && expected != present) return Put{true, present};
  erase(own, entry);
  return Put{false, present};
}

namespace {

collet_status get(collet_call call, collet_str key, collet_kv_fn value, void* user) noexcept {
  std::shared_ptr<Scope> scope;
  if (const auto allowed = authorize(call, 0, scope); allowed != COLLET_OK) return allowed;
  Origin& origin = origin_of(call);
  const auto entry = origin.services->kv.get(origin.instance, to_view(key));
  if (!entry) return static_cast<collet_status>(entry.error().code);
  value(user, to_str(entry->value), entry->version);
  return COLLET_OK;
}

collet_status put(collet_call call, collet_str key, collet_str value, std::int64_t ttl_ms,
                  std::uint64_t expected, std::uint64_t* version) noexcept {
  std::shared_ptr<Scope> scope;
  if (const auto allowed = authorize(call, 0, scope); allowed != COLLET_OK) return allowed;
  Origin& origin = origin_of(call);
  const auto done = origin.services->kv.put(origin.instance, to_view(key), to_view(value), ttl_ms, expected);
  if (!done) return static_cast<collet_status>(done.error().code);
  if (version != nullptr) *version = done->version;
  return done->conflict ? COLLET_E_CONFLICT : COLLET_OK;
}

collet_status remove(collet_call call, collet_str key, std::uint64_t expected) noexcept {
  std::shared_ptr<Scope> scope;
  if (const auto allowed = authorize(call, 0, scope); allowed != COLLET_OK) return allowed;
  Origin& origin = origin_of(call);
  const auto done = origin.services->kv.remove(origin.instance, to_view(key), expected);
  if (!done) return static_cast<collet_status>(done.error().code);
  return done->conflict ? COLLET_E_CONFLICT : COLLET_OK;
}

}  // namespace

const collet_kv kKvTable = {sizeof(collet_kv), 0, &get, &put, &remove};

}  // namespace collet::services
