#include "net/egress_cache.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace collet::net {
namespace {

using base::find_header;
using std::chrono::seconds;

constexpr std::int64_t kFreshSecondsMax = 86'400;
constexpr std::uint64_t kShareMax = 8;  // one answer takes an eighth of the cache at most
constexpr std::uint64_t kEntryBytes = 512;

/// "max-age" of "no-cache, max-age=60"; nothing when it is not there.
std::optional<std::string> directive(std::string_view header, std::string_view name) {
  for (const auto part : base::split(header, ',')) {
    const std::string_view text = base::trim(part);
    const std::size_t equals = std::min(text.find('='), text.size());
    if (!base::equals_ignoring_case(base::trim(text.substr(0, equals)), name)) continue;
    std::string_view value = equals < text.size() ? base::trim(text.substr(equals + 1)) : std::string_view();
    if (value.size() > 1 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    return std::string(value);
  }
  return std::nullopt;
}

// What the answer may depend on, and is the same for all requests of a key.
bool varies_harmlessly(const base::HttpHead& head) {
  for (const auto part : base::split(find_header(head.headers, "vary"), ',')) {
    const std::string name = base::to_lower(base::trim(part));
    if (!name.empty() && name != "accept-encoding" && name != "user-agent" && name != "accept") return false;
  }
  return true;
}

}  // namespace

bool may_be_cached(const base::HttpRequest& request) {
  static constexpr std::string_view kPersonal[] = {"authorization", "cookie", "range", "if-none-match", "if-modified-since", "cache-control", "pragma"};
  const auto is_personal = [](const auto& header) {
    return std::ranges::any_of(kPersonal, [&](std::string_view name) { return base::equals_ignoring_case(header.first, name); });
  };
  return request.method == "GET" && request.body.empty() && std::ranges::none_of(request.headers, is_personal);
}

std::optional<seconds> freshness_of(const base::HttpHead& head) {
  const std::string_view control = find_header(head.headers, "cache-control");
  if (head.status != 200 || directive(control, "no-store") || directive(control, "private") || !varies_harmlessly(head)) return std::nullopt;
  if (!find_header(head.headers, "set-cookie").empty()) return std::nullopt;
  const bool can_be_asked_for = !find_header(head.headers, "etag").empty() || !find_header(head.headers, "last-modified").empty();
  const auto age = base::parse_int64(find_header(head.headers, "age")).value_or(0);
  const auto max_age = base::parse_int64(directive(control, "max-age").value_or("")).value_or(0);
  const std::int64_t fresh = directive(control, "no-cache") ? 0 : std::clamp<std::int64_t>(max_age - std::max<std::int64_t>(0, age), 0, kFreshSecondsMax);
  if (fresh == 0 && !can_be_asked_for) return std::nullopt;
  return seconds(fresh);
}

std::shared_ptr<const CachedAnswer> EgressCache::find(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(key);
  if (found == entries_.end()) return nullptr;
  used_.splice(used_.begin(), used_, found->second.used);
  return found->second.answer;
}

void EgressCache::keep(const std::string& key, base::HttpHead head, const std::string& body) {
  const auto fresh = freshness_of(head);
  std::uint64_t bytes = kEntryBytes + key.size() + body.size();
  for (const auto& [name, value] : head.headers) bytes += name.size() + value.size();
  auto answer = std::make_shared<CachedAnswer>();
  answer->etag = find_header(head.headers, "etag");
  answer->last_modified = find_header(head.headers, "last-modified");
  answer->fresh_until = Clock::now() + fresh.value_or(seconds(0));
  answer->head = std::move(head);
  answer->body = body;
  const std::lock_guard lock(mutex_);
  forget(key);
  if (!fresh || bytes > bytes_max_ / kShareMax) return;
  while (bytes_ + bytes > bytes_max_) forget(std::string(used_.back()));
  used_.push_front(key);
  entries_[key] = {std::move(answer), bytes, used_.begin()};
  bytes_ += bytes;
}

void EgressCache::renew(const std::string& key, const base::HttpHead& head) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(key);
  if (found == entries_.end()) return;
  auto renewed = std::make_shared<CachedAnswer>(*found->second.answer);
  base::HttpHead as_if = head;
  as_if.status = 200;
  if (find_header(head.headers, "etag").empty()) as_if.headers.emplace_back("etag", renewed->etag);
  renewed->fresh_until = Clock::now() + freshness_of(as_if).value_or(seconds(0));
  found->second.answer = std::move(renewed);
}

void EgressCache::forget(const std::string& key) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return;
  bytes_ -= found->second.bytes;
  used_.erase(found->second.used);
  entries_.erase(found);
}

}  // namespace collet::net
