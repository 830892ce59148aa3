#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <string>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "net/tls.hpp"

namespace collet::net {
namespace {

constexpr std::size_t kRecordBytes = 16 << 10;
constexpr unsigned char kProtocols[] = "\x08http/1.1";

struct SslDeleter {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};

class TlsTransport final : public Transport {
 public:
  TlsTransport(SSL_CTX* context, int socket) : ssl_(SSL_new(context)), socket_(socket) {
    if (!ssl_) return;
    SSL_set_fd(ssl_.get(), socket);
    SSL_set_accept_state(ssl_.get());
  }

  IoStatus handshake() override {
    if (!ssl_) return IoStatus::closed;
    ERR_clear_error();
    return status_of(SSL_do_handshake(ssl_.get()));
  }

  IoResult read(std::span<char> into) override {
    ERR_clear_error();
    std::size_t moved = 0;
    const int result = SSL_read_ex(ssl_.get(), into.data(), into.size(), &moved);
    return {status_of(result), moved};
  }

  // One record for head and body together where they fit. After want_write the
  // same bytes come again at the front, which is all that OpenSSL asks for.
  IoResult write(std::string_view first, std::string_view second) override {
    thread_local std::string record;
    record.assign(first.substr(0, kRecordBytes));
    record.append(second.substr(0, kRecordBytes - record.size()));
    ERR_clear_error();
    std::size_t moved = 0;
    const int result = SSL_write_ex(ssl_.get(), record.data(), record.size(), &moved);
    return {status_of(result), moved};
  }

  IoStatus peek() override {
    ERR_clear_error();
    char byte = 0;
    std::size_t moved = 0;
    return status_of(SSL_peek_ex(ssl_.get(), &byte, 1, &moved));
  }

  void end_writing() override {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
    shutdown(socket_, SHUT_WR);
  }

 private:
  IoStatus status_of(int result) const {
    if (result > 0) return IoStatus::done;
    switch (SSL_get_error(ssl_.get(), result)) {
      case SSL_ERROR_WANT_READ: return IoStatus::want_read;
      case SSL_ERROR_WANT_WRITE: return IoStatus::want_write;
      default: return IoStatus::closed;
    }
  }

  std::unique_ptr<SSL, SslDeleter> ssl_;
  int socket_;
};

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size,
                    const unsigned char* offered, unsigned offered_size, void*) {
  unsigned char* match = nullptr;
  const int result = SSL_select_next_proto(&match, chosen_size, kProtocols, sizeof kProtocols - 1,
                                           offered, offered_size);
  *chosen = match;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

Error tls_error(std::string_view field, const std::string& file) {
  char reason[256];
  ERR_error_string_n(ERR_peek_last_error(), reason, sizeof reason);
  ERR_clear_error();
  return Error{Errc::invalid, "server.tls." + std::string(field) + ": \"" + file +
                                  "\" cannot be used (" + reason + "); give a readable PEM file"};
}

}  // namespace

void TlsContextDeleter::operator()(SSL_CTX* context) const { SSL_CTX_free(context); }

Result<TlsContext> make_tls_context(const config::TlsSettings& settings) {
  if (settings.cert.empty() && settings.key.empty()) return TlsContext();
  if (settings.cert.empty() || settings.key.empty()) {
    return Error{Errc::invalid, "server.tls: cert and key belong together; one of them is empty"};
  }
  TlsContext context(SSL_CTX_new(TLS_server_method()));
  if (!context) return Error{Errc::internal, "OpenSSL gives no TLS context"};
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                         SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  // A key with a passphrase is refused: nobody sits there to type it.
  SSL_CTX_set_default_passwd_cb(context.get(), [](char*, int, int, void*) { return 0; });
  SSL_CTX_set_alpn_select_cb(context.get(), choose_protocol, nullptr);
  if (SSL_CTX_use_certificate_chain_file(context.get(), settings.cert.c_str()) != 1) {
    return tls_error("cert", settings.cert);
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), settings.key.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context.get()) != 1) {
    return tls_error("key", settings.key);
  }
  return context;
}

std::unique_ptr<Transport> make_tls_transport(SSL_CTX* context, int socket) {
  return std::make_unique<TlsTransport>(context, socket);
}

}  // namespace collet::net
