#include "api/auth.hpp"

#include "base/ids.hpp"
#include "base/text.hpp"

namespace collet::api {
namespace {

constexpr std::string_view kHashed = "sha256:";

bool matches(const std::string& configured, std::string_view presented, std::string_view presented_hash) {
  const std::string_view key = configured;
  if (key.starts_with(kHashed)) {
    return base::equal_constant_time(base::to_lower(key.substr(kHashed.size())), presented_hash);
  }
  return base::equal_constant_time(key, presented);
}

}  // namespace

std::string_view presented_key(const base::InboundRequest& request) {
  constexpr std::string_view kBearer = "bearer ";
  const std::string_view header = base::find_header(request.headers, "authorization");
  if (header.size() > kBearer.size() && base::equals_ignoring_case(header.substr(0, kBearer.size()), kBearer)) {
    return base::trim(header.substr(kBearer.size()));
  }
  return base::trim(base::find_header(request.headers, "x-api-key"));
}

Result<const config::KeySettings*> authenticate(const config::AuthSettings& auth,
                                                const base::InboundRequest& request) {
  const std::string_view presented = presented_key(request);
  if (presented.empty()) {
    return Error{Errc::denied,
                 "no API key: send \"Authorization: Bearer KEY\" (or \"x-api-key: KEY\")"};
  }
  bool any_hashed = false;
  for (const auto& key : auth.keys) any_hashed |= std::string_view(key.key).starts_with(kHashed);
  const std::string hash = any_hashed ? base::sha256_hex(presented) : std::string();
  const config::KeySettings* found = nullptr;
  // Every key is compared, so the time does not tell which one came close.
  for (const auto& key : auth.keys) {
    if (matches(key.key, presented, hash) && found == nullptr) found = &key;
  }
  if (found == nullptr) return Error{Errc::denied, "the API key is not valid on this server"};
  return found;
}

}  // namespace collet::api
