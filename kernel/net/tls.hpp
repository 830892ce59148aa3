// The listener's certificate and what of TLS it speaks.
#pragma once

#include <memory>

#include "collet/result.hpp"
#include "config/settings.hpp"
#include "net/transport.hpp"

namespace collet::net {

struct TlsContextDeleter {
  void operator()(SSL_CTX* context) const;
};
using TlsContext = std::unique_ptr<SSL_CTX, TlsContextDeleter>;

/// TLS 1.2 and newer, ALPN http/1.1. An empty pointer when no certificate is set.
/// @error invalid: a file is missing, unreadable or no match; message names it.
[[nodiscard]] Result<TlsContext> make_tls_context(const config::TlsSettings& settings);

}  // namespace collet::net
