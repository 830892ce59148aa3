// The first messages of TLS connections, good and bad.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace collet::test {

/// As OpenSSL writes it; "": without a server name.
std::string openssl_hello(const std::string& server_name);

/// Parts of one made by hand.
struct HelloParts {
  std::uint16_t version = 0x0303;
  std::string session;
  std::string ciphers{"\x13\x01", 2};
  std::string compressions{"\0", 1};
  std::string extensions;
};

/// A number of `byte_count` bytes, big-endian.
std::string number(std::size_t value, int byte_count);
/// `content` after its size in `byte_count` bytes.
std::string sized(std::string_view content, int byte_count);
std::string extension(std::size_t kind, std::string_view content);
std::string server_name_extension(std::string_view name);
/// A handshake message, without records.
std::string hello_message(const HelloParts& parts);
/// The message in handshake records of that size.
std::string in_records(std::string_view message, std::size_t record_bytes = 1 << 14);
/// A whole one in one record.
std::string hello_with(std::string_view extensions);

}  // namespace collet::test
