#include "kernel/net/hello_bytes.hpp"

#include <memory>

#include <openssl/ssl.h>

#include "kernel/net/test_certificate.hpp"

namespace collet::test {

std::string openssl_hello(const std::string& server_name) {
  const std::unique_ptr<SSL_CTX, Release<SSL_CTX_free>> context(SSL_CTX_new(TLS_client_method()));
  const std::unique_ptr<SSL, Release<SSL_free>> ssl(SSL_new(context.get()));
  if (!server_name.empty()) SSL_set_tlsext_host_name(ssl.get(), server_name.c_str());
  BIO* const out = BIO_new(BIO_s_mem());
  SSL_set_bio(ssl.get(), BIO_new(BIO_s_mem()), out);
  SSL_connect(ssl.get());
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(out, &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

std::string number(std::size_t value, int byte_count) {
  std::string bytes;
  for (int shift = 8 * (byte_count - 1); shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xff);
  return bytes;
}

std::string sized(std::string_view content, int byte_count) {
  return number(content.size(), byte_count) + std::string(content);
}

std::string extension(std::size_t kind, std::string_view content) { return number(kind, 2) + sized(content, 2); }

std::string server_name_extension(std::string_view name) {
  return extension(0, sized(number(0, 1) + sized(name, 2), 2));
}

std::string hello_message(const HelloParts& parts) {
  std::string content = number(parts.version, 2) + std::string(32, 'r') + sized(parts.session, 1) +
                        sized(parts.ciphers, 2) + sized(parts.compressions, 1);
  if (!parts.extensions.empty()) content += sized(parts.extensions, 2);
  return number(1, 1) + sized(content, 3);
}

std::string in_records(std::string_view message, std::size_t record_bytes) {
  std::string bytes;
  for (; !message.empty(); message.remove_prefix(std::min(record_bytes, message.size()))) {
    bytes += "\x16\x03\x01" + sized(message.substr(0, record_bytes), 2);
  }
  return bytes;
}

std::string hello_with(std::string_view extensions) {
  HelloParts parts;
  parts.extensions = extensions;
  return in_records(hello_message(parts));
}

}  // namespace collet::test
