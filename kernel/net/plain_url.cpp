#include "net/plain_url.hpp"

#include <algorithm>
#include <charconv>

#include "base/char_set.hpp"

namespace collet::net {
namespace {

constexpr std::string_view kScheme = "http://";

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_name_char(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '_';
}
constexpr bool is_address_char(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' || c == '.';
}

constexpr base::CharSet kNameChars(is_name_char);
constexpr base::CharSet kAddressChars(is_address_char);
constexpr base::CharSet kPlainChars([](char c) { return c > 0x20 && c < 0x7f && c != '\\'; });

// What follows the host: nothing, or ':' and a port.
bool take_port(std::string_view text, PlainUrl& url) {
  if (text.empty()) return true;
  if (text.size() < 2 || text[0] != ':' || !is_digit(text[1])) return false;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + 1, end, url.port);
  if (error != std::errc() || stop != end || url.port == 0) return false;
  if (url.port == 80) url.authority.remove_suffix(text.size());
  return true;
}

bool take_authority(std::string_view authority, PlainUrl& url) {
  url.authority = authority;
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return false;
    url.host = authority.substr(1, end - 1);
    return url.host.size() > 1 && kAddressChars.holds_all(url.host) &&
           take_port(authority.substr(end + 1), url);
  }
  const std::size_t colon = std::min(authority.find(':'), authority.size());
  url.host = authority.substr(0, colon);
  return !url.host.empty() && kNameChars.holds_all(url.host) &&
         take_port(authority.substr(colon), url);
}

}  // namespace

std::optional<PlainUrl> parse_plain_url(std::string_view url) {
  if (!url.starts_with(kScheme) || !kPlainChars.holds_all(url)) return std::nullopt;
  url.remove_prefix(kScheme.size());
  url = url.substr(0, url.find('#'));
  const std::size_t slash = std::min(url.find_first_of("/?"), url.size());
  PlainUrl found;
  if (!take_authority(url.substr(0, slash), found)) return std::nullopt;
  found.target = url.substr(slash);
  const std::string_view path = found.target.substr(0, found.target.find('?'));
  if (path.find("/.") != std::string_view::npos) return std::nullopt;
  return found;
}

}  // namespace collet::net
