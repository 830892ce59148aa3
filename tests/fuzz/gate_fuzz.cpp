// What a box sends to its gate: the head of a request and the first message of TLS.
// What is accepted has one meaning, and comes out the same however the bytes are cut.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "net/client_hello.hpp"
#include "net/connect_request.hpp"

namespace {

using collet::net::ClientHello;
using State = ClientHello::State;

void check_host(const collet::net::HostName& host) {
  constexpr std::string_view kChars = "abcdefghijklmnopqrstuvwxyz0123456789-_.:";
  if (host.text.empty() || host.text.find_first_not_of(kChars) != std::string::npos) std::abort();
  if (!host.is_address && (host.text.find(':') != std::string::npos || host.text.back() == '.')) std::abort();
  const auto again = collet::net::parse_host(host.text);
  if (!again || again->text != host.text || again->is_address != host.is_address) std::abort();
}

// Where the head ends; 0 when there is none.
std::size_t check_head(std::string_view bytes, std::size_t piece) {
  const auto whole = collet::net::scan_head(bytes, 0);
  if (whole.rejection || whole.size == 0) return 0;
  std::size_t seen = 0;
  for (std::size_t size = 0; size < whole.size; size += piece) {
    const auto scan = collet::net::scan_head(bytes.substr(0, size), seen);
    if (scan.rejection || scan.size != 0) std::abort();
    seen = scan.seen;
  }
  const auto parsed = collet::net::parse_connect(bytes.substr(0, whole.size));
  if (const auto* const request = std::get_if<collet::net::ConnectRequest>(&parsed)) {
    if (request->port == 0) std::abort();
    check_host(request->host);
    return whole.size;
  }
  const auto& rejection = std::get<collet::net::Rejection>(parsed);
  if (rejection.status != 400 && rejection.status != 405) std::abort();
  for (const char c : rejection.message) {  // it stands in the status line
    if (c < 0x20 || c >= 0x7f) std::abort();
  }
  return whole.size;
}

void check_hello(std::string_view bytes, std::size_t piece) {
  const ClientHello whole = collet::net::read_client_hello(bytes);
  for (const char c : whole.server_name()) {
    if (c <= 0x20 || c >= 0x7f) std::abort();
  }
  if ((whole.state == State::refused) == whole.refusal.empty()) std::abort();
  for (std::size_t size = 0; size < bytes.size(); size += piece) {
    const ClientHello part = collet::net::read_client_hello(bytes.substr(0, size));
    if (part.state == State::partial) continue;
    if (part.state != whole.state || part.refusal != whole.refusal || part.server_name() != whole.server_name()) std::abort();
    return;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > collet::net::kClientHelloBytesMax) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::size_t piece = 1 + data[size - 1] % 61;
  check_hello(bytes.substr(check_head(bytes, piece)), piece);
  return 0;
}
