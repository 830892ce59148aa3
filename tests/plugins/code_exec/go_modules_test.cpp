// The installer of Go modules: names, configuration and what it asks boxes for.
#include <algorithm>
#include <cstdlib>

#include <gtest/gtest.h>

#include "packages.hpp"

namespace code_exec {
namespace {

const Runtime kRuntime{"/usr/local/go/bin/go", "1.26", {"/usr"}, false};

class GoModules : public ::testing::Test {
 protected:
  GoModules() {
    for (const char* name : {"GOPROXY", "GOSUMDB", "GONOSUMDB", "GOPRIVATE"}) ::unsetenv(name);
    ::setenv("GOENV", "off", 1);
  }
  ~GoModules() override {
    ::unsetenv("GOPROXY");
    ::unsetenv("GOENV");
  }
  static bool has(const collet::ExecRequest& request, std::string_view entry) {
    return std::ranges::find(request.env, entry) != request.env.end();
  }
};

TEST_F(GoModules, NamesAreModulesWithVersions) {
  for (const char* name : {"github.com/google/uuid", "golang.org/x/text@v0.14.0", "gopkg.in/yaml.v3", "a.b/c@latest", "golang.org/x/net/html@v0.1.0-pre+x", "rsc.io/quote"}) {
    EXPECT_EQ(kGoInstaller.fault(name), "") << name;
  }
  for (const char* name : {"", "uuid", "-x", "-x.y/z", "../x", "./x", "https://a.b/c", "a.b/c d", "a.b//c", "a.b/c/", "a.b/../c", "a.b/.c", "a.b/-c", "a.b/c@", "a.b/c@-v1",
                           "a.b/c@v1;x", "a.b/c=d", "git@a.b:c", "a.b/c@v1@v2", "a.b/sıx", "fmt"}) {
    EXPECT_NE(kGoInstaller.fault(name), "") << name;
  }
  EXPECT_NE(kGoInstaller.fault("a.b/" + std::string(200, 'c')), "");
}

TEST_F(GoModules, AWholeVersionIsPinned) {
  for (const char* name : {"a.b/c@v1.2.3", "a.b/c@v0.0.0-20200101000000-abcdef", "a.b/c@v1.2.3-rc.1"}) EXPECT_TRUE(kGoInstaller.is_pinned(name)) << name;
  for (const char* name : {"a.b/c", "a.b/c@latest", "a.b/c@v1", "a.b/c@v1.2", "a.b/c@main.x.y"}) EXPECT_FALSE(kGoInstaller.is_pinned(name)) << name;
}

TEST_F(GoModules, TheOperatorsProxyMayBePrivate) {
  const auto none = kGoInstaller.configured();
  ASSERT_TRUE(none.ok());
  EXPECT_TRUE(none->hosts.empty());
  ::setenv("GOPROXY", "https://go.example/mirror,https://other.example:8443|direct", 1);
  const auto configured = kGoInstaller.configured();
  ASSERT_TRUE(configured.ok());
  EXPECT_TRUE(configured->urls.empty()) << "the client tells them";
  EXPECT_EQ(configured->hosts, (std::vector<std::string>{"!go.example:443", "!other.example:8443"}));
  EXPECT_TRUE(has(*kGoInstaller.question(kRuntime), "GOPROXY=https://go.example/mirror,https://other.example:8443|direct"));
  ::setenv("GOPROXY", "file:///tmp/modules", 1);
  EXPECT_FALSE(kGoInstaller.configured().ok());
}

TEST_F(GoModules, FetchesFromProxiesAloneAndChecksSums) {
  Registry registry;
  ASSERT_TRUE(take_answer("https://go.example/mirror\nsum.example:443\n", registry).ok());
  const std::vector<std::string> names = {"b.c/d@v1.0.0", "a.b/c"};
  const auto request = install_request(kGoInstaller, "go", kRuntime, registry, names);
  ASSERT_TRUE(request.ok()) << request.error().message;
  EXPECT_EQ(request->hosts, (std::vector<std::string>{"go.example:443", "sum.example:443"}));
  EXPECT_EQ(request->argv[0], "/bin/sh");
  EXPECT_EQ((std::vector<std::string>(request->argv.begin() + 4, request->argv.end())), (std::vector<std::string>{"/usr/local/go/bin/go", "a.b/c", "b.c/d@v1.0.0"}));
  for (const char* entry : {"GOPROXY=https://go.example/mirror", "GONOPROXY=none", "GOTOOLCHAIN=local", "GOVCS=*:off", "GOFLAGS=-mod=mod -modcacherw", "GOENV=off"}) {
    EXPECT_TRUE(has(*request, entry)) << entry;
  }
  for (const auto& entry : request->env) EXPECT_FALSE(entry.starts_with("GOSUMDB=")) << "the client's own";
  EXPECT_EQ(request->keep.seconds_max, 86'400u);
}

}  // namespace
}  // namespace code_exec
