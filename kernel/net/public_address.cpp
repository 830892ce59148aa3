#include "net/public_address.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace collet::net {
namespace {

using boost::asio::ip::address_v4;
using boost::asio::ip::address_v6;

struct V4Block {
  std::array<std::uint8_t, 4> start;
  int bits;
};

constexpr V4Block kNotPublicV4[] = {
    {{0, 0, 0, 0}, 8},         // this network; connecting to it reaches this machine
    {{10, 0, 0, 0}, 8},        // private
    {{100, 64, 0, 0}, 10},     // carrier-grade NAT; one cloud's metadata
    {{127, 0, 0, 0}, 8},       // loopback
    {{168, 63, 129, 16}, 32},  // one cloud's wire server, which only its machines reach
    {{169, 254, 0, 0}, 16},    // link-local; metadata
    {{172, 16, 0, 0}, 12},     // private
    {{192, 0, 0, 0}, 24},      // protocol assignments; one cloud's metadata
    {{192, 168, 0, 0}, 16},    // private
    {{198, 18, 0, 0}, 15},     // benchmarks within a network
    {{224, 0, 0, 0}, 4},       // multicast
    {{240, 0, 0, 0}, 4},       // reserved; broadcast
};

struct V6Block {
  std::array<std::uint8_t, 12> start;
  int bits;
};

constexpr V6Block kGlobalUnicast = {{0x20}, 3};
constexpr V6Block k6to4 = {{0x20, 0x02}, 16};
constexpr V6Block kNat64 = {{0x00, 0x64, 0xff, 0x9b}, 96};
constexpr V6Block kProtocolAssignments = {{0x20, 0x01}, 23};  // Teredo among them

template <std::size_t n, std::size_t m>
bool starts_with(const std::array<std::uint8_t, n>& bytes, const std::array<std::uint8_t, m>& start, int bits) {
  const auto whole = static_cast<std::size_t>(bits / 8);
  if (!std::equal(start.begin(), start.begin() + whole, bytes.begin())) return false;
  const int rest = bits % 8;
  return rest == 0 || ((bytes[whole] ^ start[whole]) >> (8 - rest)) == 0;
}

bool is_public_v4(const std::array<std::uint8_t, 4>& bytes) {
  return std::none_of(std::begin(kNotPublicV4), std::end(kNotPublicV4),
                      [&](const V4Block& block) { return starts_with(bytes, block.start, block.bits); });
}

// Everything outside of 2000::/3 is special: loopback, link-local, unique local
// (metadata among it), multicast, v4-compatible.
bool is_public_v6(const address_v6& address) {
  const auto bytes = address.to_bytes();
  const auto embedded = [&](std::size_t at) {
    return is_public_v4({bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]});
  };
  if (address.is_v4_mapped() || starts_with(bytes, kNat64.start, kNat64.bits)) return embedded(12);
  if (starts_with(bytes, k6to4.start, k6to4.bits)) return embedded(2);
  return starts_with(bytes, kGlobalUnicast.start, kGlobalUnicast.bits) &&
         !starts_with(bytes, kProtocolAssignments.start, kProtocolAssignments.bits);
}

}  // namespace

bool is_public(const boost::asio::ip::address& address) {
  return address.is_v4() ? is_public_v4(address.to_v4().to_bytes()) : is_public_v6(address.to_v6());
}

}  // namespace collet::net
