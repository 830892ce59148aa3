// collet.http/1: from the C request to the guard and back.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/io_threads.hpp"
#include "base/text.hpp"
#include "collet/sized.hpp"
#include "services/origin.hpp"
#include "services/services.hpp"
#include "services/tables.hpp"

namespace collet::services {
namespace {

constexpr std::uint32_t kHeadersMax = 256;
constexpr std::string_view kCapability = "http";

struct HttpJob {
  std::shared_ptr<Services> services;
  std::shared_ptr<Scope> scope;
  base::EgressRequest request;
  collet_http_body_fn on_body = nullptr;
  collet_http_done_fn done = nullptr;
  void* user = nullptr;
};

/// Of "http:HOST"; none: the plugin may reach every public host.
std::vector<std::string> hosts_of(const Origin& origin) {
  std::vector<std::string> hosts;
  for (const std::string& capability : origin.capabilities) {
    if (capability == kCapability) return {};
    if (service_of(capability) == kCapability) hosts.push_back(base::to_lower(std::string_view(capability).substr(kCapability.size() + 1)));
  }
  return hosts;
}

Result<base::EgressRequest> read_http_request(const collet_http_request& from, const Origin& origin) {
  constexpr std::uint32_t kKnown = COLLET_HTTP_NO_REDIRECTS | COLLET_HTTP_NO_CACHE;
  if ((from.flags & ~kKnown) != 0) return Error{Errc::unavailable, "a flag is unknown to this version"};
  if (from.url.len == 0 || from.header_count > kHeadersMax) return Error{Errc::invalid, "no URL, or too many headers"};
  base::EgressRequest request;
  if (from.method.len > 0) request.http.method = to_view(from.method);
  request.http.url = to_view(from.url);
  request.http.body = to_view(from.body);
  for (std::uint32_t i = 0; i < from.header_count; ++i) {
    request.http.headers.emplace_back(to_view(from.headers[i].name), to_view(from.headers[i].value));
  }
  request.http.response_bytes_max = from.response_bytes_max;
  request.http.timeouts.total_ms = from.timeout_ms;
  request.hosts = hosts_of(origin);
  request.follows_redirects = (from.flags & COLLET_HTTP_NO_REDIRECTS) == 0;
  if ((from.flags & COLLET_HTTP_NO_CACHE) == 0) request.cache_scope = origin.instance;
  return request;
}

void tell(const HttpJob& job, const base::EgressAnswer& answer) {
  std::vector<std::string> names;
  for (const auto& header : answer.head.headers) names.push_back(base::to_lower(header.first));
  std::vector<collet_http_header> headers;
  for (std::size_t i = 0; i < names.size(); ++i) headers.push_back({to_str(names[i]), to_str(answer.head.headers[i].second)});
  collet_http_result out = {};
  out.struct_size = sizeof(out);
  out.status = answer.status ? COLLET_OK : static_cast<collet_status>(answer.status.error().code);
  out.http_status = answer.head.status;
  out.headers = headers.data();
  out.header_count = static_cast<std::uint32_t>(headers.size());
  out.body = to_str(answer.body);
  out.url = to_str(answer.url);
  if (!answer.status) out.message = to_str(answer.status.error().message);
  out.flags = answer.is_cached ? COLLET_HTTP_FROM_CACHE : 0u;
  job.done(job.user, &out);
}

boost::asio::awaitable<void> carry_out(std::shared_ptr<HttpJob> job) {
  Scope& scope = *job->scope;
  auto& timeouts = job->request.http.timeouts;
  timeouts.total_ms = limited_ms(scope, timeouts.total_ms);
  base::EgressAnswer answer;
  if (scope.over() || scope.gone().cancelled()) {
    answer.status = Error{Errc::cancelled, "the call is over"};
  } else if (timeouts.total_ms <= 0) {
    answer.status = Error{Errc::timeout, "the time limit passed before the request was sent"};
  } else {
    base::EgressEvents events;
    events.decided = [&scope](const base::EgressDecision& decision) { record_egress(scope, decision); };
    if (job->on_body != nullptr) events.body = [&job](std::string_view piece) { return job->on_body(job->user, to_str(piece)) == 0; };
    answer = co_await job->services->egress->fetch(scope.io(), std::move(job->request), std::move(events), scope.gone());
  }
  tell(*job, answer);
}

collet_status request(collet_call call, const collet_http_request* given, collet_http_done_fn done, void* user) noexcept {
  if (call.id == 0 || !is_whole(given) || done == nullptr) return COLLET_E_INVALID;
  std::shared_ptr<Scope> scope;
  const collet_status allowed = authorize(call, COLLET_EFFECT_NETWORK, scope);
  if (allowed != COLLET_OK) return allowed;
  const Origin& origin = origin_of(call);
  if (origin.services->egress == nullptr) return COLLET_E_UNAVAILABLE;
  const collet_http_request from = read_struct(given);
  auto read = read_http_request(from, origin);
  if (!read) return static_cast<collet_status>(read.error().code);
  auto& io = scope->io();
  auto job = std::make_shared<HttpJob>(HttpJob{origin.services, std::move(scope), std::move(*read), from.on_body, done, user});
  base::spawn(io, "http of a plugin", carry_out(std::move(job)));
  return COLLET_PENDING;
}

}  // namespace

const collet_http kHttpTable = {sizeof(collet_http), 0, &request};

}  // namespace collet::services
