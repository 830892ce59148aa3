// The installer of gems: names, what gem says of its configuration, what is asked of boxes.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "packages.hpp"

namespace code_exec {
namespace {

const Runtime kRuntime{"/usr/bin/ruby3.1", "3.1", {"/usr"}, false};

TEST(Gems, NamesMayHaveARequirement) {
  for (const char* name : {"rake", "rake:13.0.6", "rack:~> 3.0", "rack:~>3", "a-b_c.d", "Ascii85", "x:>= 1", "x:!=2.0", "x:1.0.0.rc1", "x:1.0-java", "x: 1"}) {
    EXPECT_EQ(kGem.fault(name), "") << name;
  }
  for (const char* name : {"", "-v", "--source=https://x", "-", "_x", ".x", "../x", "./x", "/x", "x/y", "https://x/y.gem", "git@x:1", "x y", " x", "x\n", "x:", "x: ",
                           "x:-1", "x:latest", "x:1:2", "x:==1", "x:~>", "x:=>1", "x:1,2", "x:1;id", "x:1 2", "x@1", "s\u0131x", "x:1\n"}) {
    EXPECT_NE(kGem.fault(name), "") << name;
  }
  EXPECT_NE(kGem.fault(std::string(201, 'c')), "");
}

TEST(Gems, AVersionAloneIsPinned) {
  for (const char* name : {"x:1.2.3", "x:=1.2", "x:= 1.2", "x: 1"}) EXPECT_TRUE(kGem.is_pinned(name)) << name;
  for (const char* name : {"x", "x:~> 1.2", "x:>=1", "x:<2", "x:!=1"}) EXPECT_FALSE(kGem.is_pinned(name)) << name;
}

TEST(Gems, TheClientReadsItsConfigurationItself) {
  const auto folder = std::filesystem::temp_directory_path() / ("collet-gemrc-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "one") << ":sources:\n- https://one.example/\n";
  std::ofstream(folder / "two") << ":sources:\n- https://two.example/\n";
  ::setenv("GEMRC", ((folder / "one").string() + ":" + (folder / "absent").string() + ":" + (folder / "two").string()).c_str(), 1);
  const auto question = kGem.question(kRuntime);
  ::unsetenv("GEMRC");
  std::filesystem::remove_all(folder);
  ASSERT_TRUE(question.ok());
  ASSERT_GE(question->inputs.size(), 2u);
  EXPECT_EQ(question->inputs.rbegin()[1].data, ":sources:\n- https://one.example/\n");
  EXPECT_EQ(question->inputs.back().data, ":sources:\n- https://two.example/\n") << "the strongest last";
  EXPECT_EQ(question->argv.back(), std::to_string(question->inputs.back().fd));
  EXPECT_TRUE(question->hosts.empty());
}

TEST(Gems, WhatTheOperatorNamedMayBePrivate) {
  Registry registry;
  ASSERT_TRUE(take_answer("!https://gems.example/x/\nhttps://default.example/\nindex.example:443\n/etc/own.pem\n", registry).ok());
  EXPECT_EQ(registry.urls, (std::vector<std::string>{"https://gems.example/x/", "https://default.example/"}));
  EXPECT_EQ(registry.hosts, (std::vector<std::string>{"!gems.example:443", "default.example:443", "index.example:443"}));
  EXPECT_EQ(registry.cert, "/etc/own.pem");
  Registry plain;
  EXPECT_FALSE(take_answer("!http://gems.example/\n", plain).ok()) << "boxes reach https only";
}

TEST(Gems, GemIsAskedForTheIndexAndNothingElse) {
  const Registry registry{{"https://a.example/", "https://b.example/"}, {"a.example:443", "b.example:443"}, "/etc/own.pem"};
  const auto request = install_request(kGem, "ruby", kRuntime, registry, {"rake:13.0.6", "rack"});
  ASSERT_TRUE(request.ok()) << request.error().message;
  EXPECT_EQ(request->hosts, registry.hosts);
  const std::vector<std::string> arguments(request->argv.begin() + 3, request->argv.end());
  EXPECT_EQ(arguments, (std::vector<std::string>{"install", "--norc", "--no-document", "--install-dir", "/out", "--remote", "--clear-sources",
                                                 "--source", "https://a.example/", "--source", "https://b.example/", "rack", "rake:13.0.6"}));
  for (const char* entry : {"GEM_HOME=/out", "GEM_PATH=/out", "SSL_CERT_FILE=/etc/own.pem"}) EXPECT_EQ(std::ranges::count(request->env, entry), 1) << entry;
  EXPECT_EQ(request->keep.label, "ruby: rack, rake:13.0.6");
  EXPECT_EQ(request->keep.seconds_max, 86'400u);
}

}  // namespace
}  // namespace code_exec
