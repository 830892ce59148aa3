// libpq's sslmode against a server that takes nothing but TLS.
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collet/testing/fake_host.hpp"
#include "plugins/postgres/cluster.hpp"

namespace collet::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr int kPortsTried = 3;
constexpr const char* kOpenssl = "/usr/bin/openssl";
constexpr const char* kHostRules = "local all all trust\nhostssl all reader 127.0.0.1/32 trust\nhostnossl all plain 127.0.0.1/32 trust\n";

/// A primary with a certificate for localhost that ca.crt has signed; other.crt has signed nothing.
struct TlsServer {
  TlsServer() {
    for (int i = 1; !server; ++i) {
      port = free_port();
      try {
        server = PgServer::primary({"listen_addresses=127.0.0.1", "port=" + port});
      } catch (const std::runtime_error&) {
        if (i == kPortsTried) throw;  // somebody else took the port in between
      }
    }
    make_certificates();
    server->sql("CREATE ROLE reader LOGIN; CREATE ROLE plain LOGIN");
    server->sql("ALTER SYSTEM SET ssl_cert_file = '" + file("server.crt") + "'");
    server->sql("ALTER SYSTEM SET ssl_key_file = '" + file("server.key") + "'");
    server->sql("ALTER SYSTEM SET ssl = on");
    std::ofstream(file("data/pg_hba.conf")) << kHostRules;
    server->restart();
  }

  void make_certificates() const {
    const std::vector<std::string> key = {"-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"};
    const auto run = [&](std::vector<std::string> argv, const std::vector<std::string>& more) {
      argv.insert(argv.end(), more.begin(), more.end());
      server->run(argv);
    };
    for (const std::string name : {"ca", "other"}) {
      run({kOpenssl, "req", "-x509", "-days", "2", "-subj", "/CN=Authority " + name, "-keyout", file(name + ".key"), "-out", file(name + ".crt")}, key);
    }
    run({kOpenssl, "req", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", file("server.key"), "-out", file("server.csr")}, key);
    run({kOpenssl, "x509", "-req", "-days", "2", "-in", file("server.csr"), "-CA", file("ca.crt"), "-CAkey", file("ca.key"), "-CAcreateserial", "-copy_extensions", "copy",
         "-out", file("server.crt")}, {});
  }

  [[nodiscard]] std::string file(const std::string& name) const { return server->folder() + "/" + name; }
  [[nodiscard]] std::string url(const std::string& parameters, const std::string& host = "localhost", const std::string& user = "reader") const {
    return "postgres://" + user + "@" + host + ":" + port + "/postgres?hostaddr=127.0.0.1&" + parameters;
  }
  [[nodiscard]] std::string root(const std::string& name) const { return "&sslrootcert=" + file(name); }

  std::string port;
  std::unique_ptr<PgServer> server;
};

class Tls : public ::testing::Test {
 protected:
  Tls() {
    static TlsServer shared;
    tls_ = &shared;
    testing::FakeHost::Options options;
    options.config = R"({"require_follower": false})";
    host_ = testing::FakeHost::load(COLLET_POSTGRES, options);
  }
  /// What the connection at `url` says about itself.
  std::string ask(const std::string& url) {
    host_->config_vars["DATABASE_URL"] = url;
    testing::FakeCallOptions options;
    options.app = "shop";
    return host_->call("pg_psql", R"_({"query": "SELECT ssl, version LIKE 'TLSv1._' AS tls FROM pg_stat_ssl WHERE pid = pg_backend_pid()"})_", options).text();
  }

  const TlsServer* tls_;
  std::unique_ptr<testing::FakeHost> host_;
};

constexpr const char* kEncrypted = " ssl | tls \n-----+-----\n t   | t\n(1 row)\n";

TEST_F(Tls, IsUsedInEveryModeThatMayUseIt) {
  EXPECT_EQ(ask(tls_->url("sslmode=allow")), kEncrypted) << "refused in the open, it tries again";
  EXPECT_EQ(ask(tls_->url("sslmode=prefer")), kEncrypted);
  EXPECT_EQ(ask(tls_->url("sslmode=require")), kEncrypted);
  EXPECT_EQ(ask(tls_->url("sslmode=verify-ca" + tls_->root("ca.crt"))), kEncrypted);
  EXPECT_EQ(ask(tls_->url("sslmode=verify-full" + tls_->root("ca.crt"))), kEncrypted);
}

TEST_F(Tls, IsNeededWhereTheServerSaysSo) {
  EXPECT_THAT(ask(tls_->url("sslmode=disable")),
              AllOf(HasSubstr("error: cannot connect to the database of DATABASE_URL: "), HasSubstr("no encryption"),
                    HasSubstr("the server takes TLS connections only: put sslmode=verify-full and sslrootcert=FILE")));
}

TEST_F(Tls, AnAuthorityThatDidNotSignIsRefused) {
  const char* const advice = "the server's certificate is not signed by the authority in sslrootcert";
  EXPECT_THAT(ask(tls_->url("sslmode=verify-ca" + tls_->root("other.crt"))), AllOf(HasSubstr("certificate verify failed"), HasSubstr(advice)));
  EXPECT_THAT(ask(tls_->url("sslmode=verify-full" + tls_->root("other.crt"))), HasSubstr(advice));
  EXPECT_THAT(ask(tls_->url("sslmode=require" + tls_->root("other.crt"))), HasSubstr(advice)) << "an authority that is named is asked in this mode, too";
}

TEST_F(Tls, AnotherHostIsRefusedWhereTheHostIsLookedAt) {
  EXPECT_EQ(ask(tls_->url("sslmode=verify-ca" + tls_->root("ca.crt"), "elsewhere.test")), kEncrypted);
  EXPECT_THAT(ask(tls_->url("sslmode=verify-full" + tls_->root("ca.crt"), "elsewhere.test")),
              AllOf(HasSubstr("\"elsewhere.test\""), HasSubstr("the certificate is for another host: write the name that it is for")));
}

TEST_F(Tls, AFileThatIsNotThereIsNamed) {
  EXPECT_THAT(ask(tls_->url("sslmode=verify-full" + tls_->root("missing.crt"))),
              AllOf(HasSubstr("missing.crt"), HasSubstr("name the certificate of the authority that signed the server's with sslrootcert=FILE")));
}

TEST_F(Tls, AServerWithoutItIsRefused) {
  EXPECT_THAT(ask(tls_->url("sslmode=require", "localhost", "plain")), HasSubstr("the server lets this role in without TLS only, or not at all"));
  tls_->server->sql("ALTER SYSTEM SET ssl = off");
  tls_->server->restart();
  EXPECT_THAT(ask(tls_->url("sslmode=require")), HasSubstr("the server has no TLS: its administrator sets ssl = on"));
  tls_->server->sql("ALTER SYSTEM RESET ssl");
  tls_->server->sql("ALTER SYSTEM SET ssl = on");
  tls_->server->restart();
}

}  // namespace
}  // namespace collet::test
