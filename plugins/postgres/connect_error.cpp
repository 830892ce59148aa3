#include "connect_error.hpp"

#include <array>

namespace postgres {
namespace {

struct Advice {
  std::string_view part, then;  ///< Both of what the reason holds.
  std::string_view text;
};

// libpq has no codes for these. The first that fits counts.
constexpr std::array<Advice, 6> kAdvice = {{
    {"pg_hba.conf", "no encryption", "the server takes TLS connections only: put sslmode=verify-full and sslrootcert=FILE (or at least sslmode=require) into the address"},
    {"pg_hba.conf", "SSL encryption", "the server lets this role in without TLS only, or not at all: its administrator adds a hostssl line to pg_hba.conf"},
    {"server does not support SSL", "", "the server has no TLS: its administrator sets ssl = on; sslmode=disable would send everything in the open"},
    {"certificate verify failed", "", "the server's certificate is not signed by the authority in sslrootcert: put that authority's certificate there"},
    {"does not match host name", "", "the certificate is for another host: write the name that it is for as the address's host, with hostaddr=ADDRESS where that does not resolve"},
    {"root certificate file", "", "name the certificate of the authority that signed the server's with sslrootcert=FILE, a file that this server can read"},
}};

}  // namespace

std::string explained(std::string_view reason) {
  for (const Advice& advice : kAdvice) {
    const bool fits = reason.find(advice.part) != std::string_view::npos && reason.find(advice.then) != std::string_view::npos;
    if (fits) return std::string(reason) + "; " + std::string(advice.text);
  }
  return std::string(reason);
}

}  // namespace postgres
