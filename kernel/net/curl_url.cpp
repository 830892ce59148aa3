#include "net/curl_url.hpp"

#include <memory>

#include <curl/curl.h>

#include "base/text.hpp"

namespace collet::net {
namespace {

using UrlHandle = std::unique_ptr<CURLU, void (*)(CURLU*)>;

std::string part_of(CURLU* url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, flags) != CURLUE_OK) return {};
  std::string out(text);
  curl_free(text);
  return out;
}

Error bad_url(const std::string& text, const std::string& why) {
  return Error{Errc::invalid, "the URL \"" + base::shorten(base::repair_utf8(text), 200) + "\" " + why};
}

bool has_part(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  const bool has = curl_url_get(url, part, &text, 0) == CURLUE_OK;
  curl_free(text);
  return has;
}

}  // namespace

Result<EgressUrl> parse_egress_url(const std::string& text, const std::string& from) {
  const UrlHandle url(curl_url(), curl_url_cleanup);
  if (!url) return Error{Errc::unavailable, "no memory for a URL"};
  if (text.find('\0') != std::string::npos) return bad_url(text.substr(0, text.find('\0')), "holds a NUL byte");
  if (!from.empty() && curl_url_set(url.get(), CURLUPART_URL, from.c_str(), 0) != CURLUE_OK) return bad_url(from, "cannot be read");
  const CURLUcode read = curl_url_set(url.get(), CURLUPART_URL, text.c_str(), CURLU_NON_SUPPORT_SCHEME);
  if (read != CURLUE_OK) return bad_url(text, "cannot be read: " + std::string(curl_url_strerror(read)) + "; expected http:// or https:// and a host");
  EgressUrl out;
  out.scheme = base::to_lower(part_of(url.get(), CURLUPART_SCHEME));
  if (out.scheme != "http" && out.scheme != "https") return bad_url(text, "has the scheme \"" + base::shorten(out.scheme, 40) + "\"; expected http or https");
  if (has_part(url.get(), CURLUPART_USER) || has_part(url.get(), CURLUPART_PASSWORD)) {
    return Error{Errc::denied, "the URL holds a user or a password, which would be shown to others; send them in a header"};
  }
  if (has_part(url.get(), CURLUPART_ZONEID)) return Error{Errc::denied, "the URL names a network interface"};
  curl_url_set(url.get(), CURLUPART_FRAGMENT, nullptr, 0);
  out.host = base::to_lower(part_of(url.get(), CURLUPART_HOST));
  curl_url_set(url.get(), CURLUPART_HOST, out.host.c_str(), 0);
  while (out.host.ends_with('.')) out.host.pop_back();
  if (out.host.empty()) return bad_url(text, "names no host");
  const auto port = base::parse_int64(part_of(url.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT));
  if (!port || *port < 1 || *port > 65'535) return bad_url(text, "has a port that is none");
  out.port = static_cast<std::uint16_t>(*port);
  out.text = part_of(url.get(), CURLUPART_URL);
  if (out.text.empty()) return bad_url(text, "cannot be read");
  return out;
}

bool fits_host(std::string_view pattern, std::string_view host) {
  if (!pattern.starts_with("*.")) return pattern == host;
  pattern.remove_prefix(1);
  return host.size() > pattern.size() && host.ends_with(pattern);
}

}  // namespace collet::net
