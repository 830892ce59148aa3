#include "base/ids.hpp"

#include <array>
#include <chrono>
#include <utility>
#include <vector>

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include "base/text.hpp"

namespace collet::base {
namespace {

constexpr std::size_t kPoolBytes = 512;

// One refill of the thread's pool serves many ids.
std::uint8_t random_byte() {
  thread_local std::array<std::uint8_t, kPoolBytes> pool;
  thread_local std::size_t used = kPoolBytes;
  if (used == kPoolBytes) {
    RAND_bytes(pool.data(), static_cast<int>(pool.size()));
    used = 0;
  }
  return std::exchange(pool[used++], std::uint8_t{0});
}

std::string with_dashes(std::string_view hex32) {
  std::string uuid;
  uuid.reserve(36);
  uuid.append(hex32, 0, 8).append("-").append(hex32, 8, 4).append("-").append(hex32, 12, 4);
  return uuid.append("-").append(hex32, 16, 4).append("-").append(hex32, 20, 12);
}

std::string as_uuid(std::string hex32, char version) {
  hex32[12] = version;
  hex32[16] = "89ab"[(hex32[16] <= '9' ? hex32[16] - '0' : hex32[16] - 'a' + 10) & 3];
  return with_dashes(hex32);
}

}  // namespace

std::string random_hex(std::size_t digits) {
  std::string out(digits, '0');
  for (std::size_t i = 0; i < digits; i += 2) {
    const std::uint8_t byte = random_byte();
    out[i] = "0123456789abcdef"[byte >> 4];
    if (i + 1 < digits) out[i + 1] = "0123456789abcdef"[byte & 15];
  }
  return out;
}

std::string make_completion_id() { return "chatcmpl-" + random_hex(21); }
std::string make_call_id() { return "tooluse_" + random_hex(22); }
std::string make_uuid() { return as_uuid(random_hex(32), '4'); }

std::string uuid_of(std::string_view name) { return as_uuid(sha256_hex(name).substr(0, 32), '8'); }

std::string sha256_hex(std::string_view bytes) {
  std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest;
  SHA256(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size(), digest.data());
  return hex(digest);
}

bool equal_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::int64_t unix_seconds() {
  using namespace std::chrono;
  return duration_cast<seconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace collet::base
