// What is loaded, what is refused and why, and that a bad file harms no other.
#include <fstream>

#include <sys/stat.h>

#include "kernel/plugin/host_fixture.hpp"

namespace collet::test {
namespace {

class PluginLoad : public PluginHostTest {
 protected:
  static std::string good(const std::string& name) { return std::string(COLLET_ABI_PLUGINS) + "/" + name; }
  static std::string broken(const std::string& name) { return std::string(COLLET_ABI_BROKEN) + "/" + name; }

  /// The reason for the file of this name; "serving" if it is.
  std::string verdict(const std::string& file) {
    for (const auto& status : host_->statuses()) {
      if (!status.file.ends_with("/" + file)) continue;
      return status.state == "refused" ? status.reason : status.state;
    }
    return "not seen";
  }

  TempFolder shipped_;
};

struct Refusal {
  const char* file;
  const char* reason;
};

class PluginRefusals : public PluginLoad, public ::testing::WithParamInterface<Refusal> {};

TEST_P(PluginRefusals, NameTheReasonAndSpareTheOthers) {
  shipped_.add(good("waits.so"));
  shipped_.add(broken(GetParam().file), "x.so");
  load(shipped_.path());
  EXPECT_EQ(verdict("x.so"), GetParam().reason);
  EXPECT_EQ(verdict("waits.so"), "serving");
  EXPECT_EQ(show(call("wait", R"({"ms":1})")), "waited as wait");
}

INSTANTIATE_TEST_SUITE_P(
    Broken, PluginRefusals,
    ::testing::Values(
        Refusal{"broken_wrong_major.so", "built for plugin ABI 9.0, this server speaks 1.0"},
        Refusal{"broken_newer_minor.so", "built for plugin ABI 1.900, this server speaks 1.0"},
        Refusal{"broken_no_note.so", "no Collet note: not a plugin (COLLET_PLUGIN or COLLET_NOTE puts one there)"},
        Refusal{"broken_bad_manifest.so", "bad manifest: /id: expected lower-case letters, digits, '_' or '-', at most 64, got \"Bad Id\""},
        Refusal{"broken_needs_unasked.so", "needs the service \"collet.kv/1\", which its manifest does not ask for under capabilities"},
        Refusal{"broken_no_entry.so", "does not export collet_plugin_entry_v1"},
        Refusal{"broken_no_invoke.so", "its table lacks create, destroy, list_tools or invoke"},
        Refusal{"broken_create_fails.so", "create failed: the moon is not full"},
        Refusal{"broken_bad_name.so", "tool \"no spaces\": name: expected 1 to 64 letters, digits, '_' or '-'"},
        Refusal{"broken_short_table.so", "its table has 32 bytes, fewer than the one of ABI 1.0"},
        Refusal{"broken_short_tool.so", "a tool: struct_size is less than in ABI 1.0, set it to sizeof(collet_tool)"},
        Refusal{"broken_duplicate_of_other.so", "tool \"wait\": is offered by waits already"}),
    [](const auto& info) { std::string name = info.param.file; return name.substr(0, name.find('.')); });

TEST_F(PluginLoad, OneBadToolSparesTheOthersOfItsPlugin) {
  shipped_.add(broken("broken_one_bad_tool.so"));
  shipped_.add(broken("broken_duplicate_tool.so"));
  load(shipped_.path());
  EXPECT_EQ(verdict("broken_one_bad_tool.so"), "plugin id \"broken\" is served by " +
            std::filesystem::canonical(shipped_.path()).string() + "/broken_duplicate_tool.so already");
  host_->shutdown();
  std::filesystem::remove(shipped_.path() + "/broken_duplicate_tool.so");
  load(shipped_.path());
  EXPECT_TRUE(host_->snapshot()->find("broken_tool").ok());
  EXPECT_TRUE(host_->snapshot()->find("other_tool").ok());
  EXPECT_EQ(report(), "serving broken_one_bad_tool.so broken: \n"
                      "refused broken_one_bad_tool.so broken: tool \"no spaces\": name: expected 1 to 64 letters, digits, '_' or '-'\n"
                      "refused broken_one_bad_tool.so broken: tool \"broken_tool\": listed twice\n");
}

TEST_F(PluginLoad, WhatANewerPluginSaysOfItselfIsIgnored) {
  shipped_.add(broken("broken_unknown_capability.so"));
  load(shipped_.path());
  EXPECT_EQ(verdict("broken_unknown_capability.so"), "serving");
  const auto manifest = plugin::parse_manifest(R"({"id": "p", "version": "1", "status": "beta",
    "capabilities": ["teleport", "kv", "exec:gpu", "secrets", "secrets:a:b", "secrets:", "http:example.org:443"]})");
  ASSERT_TRUE(manifest.ok()) << manifest.error().message;
  EXPECT_EQ(manifest->status, "draft");
  EXPECT_EQ(manifest->capabilities, (std::vector<std::string>{"kv", "secrets", "secrets:a:b", "http:example.org:443"}));
}

TEST_F(PluginLoad, OnlyWhatAPluginRequiresRefusesIt) {
  const auto manifest = plugin::parse_manifest(R"({"id": "p", "version": "1", "requires": ["collet.teleport/1"]})");
  ASSERT_FALSE(manifest.ok());
  EXPECT_EQ(manifest.error(), (Error{Errc::unavailable, "needs the service \"collet.teleport/1\", which this version does not offer"}));
}

TEST_F(PluginLoad, RefusesSchemasAndExamplesThatDoNotFit) {
  shipped_.add(broken("broken_bad_schema.so"), "schema.so");
  shipped_.add(broken("broken_bad_example.so"), "example.so");
  shipped_.add(broken("broken_manifest_not_json.so"), "json.so");
  load(shipped_.path());
  EXPECT_TRUE(verdict("schema.so").starts_with("tool \"broken_tool\": input_schema: ")) << verdict("schema.so");
  EXPECT_TRUE(verdict("example.so").starts_with("tool \"broken_tool\": example 0: arguments do not fit input_schema: /n: ")) << verdict("example.so");
  EXPECT_TRUE(verdict("json.so").starts_with("bad manifest: ")) << verdict("json.so");
}

TEST_F(PluginLoad, RefusesFilesThatAreNoPlugins) {
  std::ofstream(shipped_.path() + "/text.so") << "not a library";
  std::ofstream(shipped_.path() + "/empty.so");
  std::ofstream(shipped_.path() + "/ignored.txt") << "x";
  std::ofstream(shipped_.path() + "/.hidden.so") << "x";
  mkdir((shipped_.path() + "/folder.so").c_str(), 0755);
  load(shipped_.path());
  EXPECT_EQ(verdict("text.so"), "not an ELF file");
  EXPECT_EQ(verdict("empty.so"), "not an ELF file");
  EXPECT_EQ(verdict("folder.so"), "not a regular file");
  EXPECT_EQ(verdict("ignored.txt"), "not seen");
  EXPECT_EQ(verdict(".hidden.so"), "not seen");
}

TEST_F(PluginLoad, RefusesATruncatedFileAtEveryLength) {
  const auto size = std::filesystem::file_size(good("plain_c.so"));
  for (int i = 1; i <= 9; ++i) {
    const auto path = shipped_.add(good("plain_c.so"), "cut" + std::to_string(i) + ".so");
    std::filesystem::resize_file(path, size * i / 10);
  }
  load(shipped_.path());
  for (int i = 1; i <= 9; ++i) {
    const auto seen = verdict("cut" + std::to_string(i) + ".so");
    EXPECT_TRUE(seen.starts_with("cut short")) << i << ": " << seen;
  }
}

TEST_F(PluginLoad, RefusesAnotherMachinesFile) {
  const auto path = shipped_.add(good("plain_c.so"), "foreign.so");
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(18);  // e_machine
  file.write("\x03\x00", 2);
  file.close();
  load(shipped_.path());
  EXPECT_TRUE(verdict("foreign.so").starts_with("built for another machine (ELF machine 3,")) << verdict("foreign.so");
}

TEST_F(PluginLoad, RefusesAFileThatOthersMayWrite) {
  const auto path = shipped_.add(good("waits.so"));
  chmod(path.c_str(), 0646);
  load(shipped_.path());
  EXPECT_EQ(verdict("waits.so"), "others may write to it; chmod go-w it");
}

TEST_F(PluginLoad, RefusesADroppedFileUntilItsFolderIsTrusted) {
  const TempFolder dropped;
  dropped.add(good("waits.so"));
  settings_.plugins.dir = dropped.path();
  load(shipped_.path());
  EXPECT_EQ(verdict("waits.so"),
            "its folder is not trusted to run code in the server, and child mode is not there yet; list its folder in "
            "plugins.trusted_dirs");
  host_->shutdown();
  settings_.plugins.trusted_dirs = {dropped.path()};
  load(shipped_.path());
  EXPECT_EQ(verdict("waits.so"), "serving");
}

TEST_F(PluginLoad, RefusesAFolderThatOthersMayWriteTo) {
  shipped_.add(good("waits.so"));
  chmod(shipped_.path().c_str(), 0777);
  load(shipped_.path());
  EXPECT_EQ(verdict("waits.so"), "its folder belongs to somebody else or lets others write; chown it, chmod go-w it");
}

TEST_F(PluginLoad, DoesNotTrustALinkOutOfATrustedFolder) {
  const TempFolder elsewhere;
  elsewhere.add(good("waits.so"));
  std::filesystem::create_symlink(elsewhere.path() + "/waits.so", shipped_.path() + "/link.so");
  load(shipped_.path());
  EXPECT_TRUE(verdict("link.so").starts_with("its folder is not trusted")) << verdict("link.so");
}

TEST_F(PluginLoad, RefusesASecondFileOfTheSameId) {
  shipped_.add(good("waits.so"), "a.so");
  shipped_.add(good("waits.so"), "b.so");
  load(shipped_.path());
  EXPECT_EQ(verdict("a.so"), "serving");
  EXPECT_EQ(verdict("b.so"), "plugin id \"waits\" is served by " + std::filesystem::canonical(shipped_.path()).string() + "/a.so already");
}

TEST_F(PluginLoad, SeveralInstancesHaveTheirOwnNamesAndConfig) {
  shipped_.add(good("pinned.so"));
  settings_.plugins.instances = {{"pinned", "one", json::object({{"greeting", "uno"}})},
                                 {"pinned", "two", json::object({{"greeting", "dos"}})},
                                 {"nowhere", "three", Value()}};
  load(shipped_.path());
  const std::string args = R"({"query":"q","table":"t"})";
  EXPECT_EQ(show(call("one/query_table", args)), R"(uno {"query":"q","table":"t"} mode none)");
  EXPECT_EQ(show(call("two/query_table", args)), R"(dos {"query":"q","table":"t"} mode none)");
  const auto bare = host_->snapshot()->find("query_table");
  ASSERT_FALSE(bare.ok());
  EXPECT_EQ(bare.error().message, "tool \"query_table\" is ambiguous: it may be one/query_table or two/query_table");
  EXPECT_NE(report().find("refused  three: plugins.instances names plugin \"nowhere\", which is in no plugin folder; there are pinned"),
            std::string::npos) << report();
}

TEST_F(PluginLoad, CommandsAreNoTools) {
  shipped_.add(good("pinned.so"));
  settings_.plugins.instances = {{"pinned", "one", json::object({{"greeting", "uno"}})}, {"pinned", "two", json::object({{"greeting", "dos"}})}};
  load(shipped_.path());
  const auto snapshot = host_->snapshot();
  EXPECT_EQ(snapshot->commands().size(), 2u) << report();
  EXPECT_FALSE(snapshot->find("demo/greet-all").ok());
  EXPECT_FALSE(snapshot->find("greet-all").ok());
  EXPECT_EQ(snapshot->find_command("demo/greet-all", "two").value()->info.instance, "two");
  EXPECT_EQ(snapshot->find_command("demo/greet-all", "").error().message,
            "command \"demo/greet-all\" is one of several instances; say which: one or two");
  EXPECT_EQ(snapshot->find_command("demo/greet-all", "six").error().message,
            "command \"demo/greet-all\" is not one of the instance \"six\"; expected one or two");
  EXPECT_EQ(snapshot->find_command("demo/greet-al", "").error().message,
            "there is no command \"demo/greet-al\"; did you mean demo/greet-all?; available: demo/greet-all");
  for (const auto& status : host_->statuses()) {
    EXPECT_EQ(std::ranges::count_if(status.tools, [](const auto& name) { return name.find("greet") != std::string::npos; }), 0) << status.instance;
  }
}

TEST_F(PluginLoad, RefusesCommandsThatDoNotFit) {
  shipped_.add(broken("broken_bad_commands.so"));
  load(shipped_.path());
  EXPECT_EQ(report(), "serving broken_bad_commands.so broken: \n"
                      "refused broken_bad_commands.so broken: command \"groupless\": name_space: required, the group of the command\n"
                      "refused broken_bad_commands.so broken: command \"broken_tool\": listed twice\n");
  EXPECT_TRUE(host_->snapshot()->find_command("demo/good", "").ok());
}

TEST_F(PluginLoad, BadConfigNamesItsPlace) {
  shipped_.add(good("pinned.so"));
  settings_.plugins.instances = {{"pinned", "", json::object({{"greeting", 12}})}};
  load(shipped_.path());
  EXPECT_TRUE(verdict("pinned.so").starts_with("config does not fit: /greeting: ")) << verdict("pinned.so");
}

TEST_F(PluginLoad, ConfigForAPluginThatTakesNoneIsRefused) {
  shipped_.add(good("waits.so"));
  settings_.plugins.instances = {{"waits", "", json::object({{"a", 1}})}};
  load(shipped_.path());
  EXPECT_EQ(verdict("waits.so"), "plugin waits takes no config, got {\"a\":1}");
}

TEST_F(PluginLoad, GrantsCutDownWhatAPluginAsksFor) {
  const std::vector<std::string> none;
  plugin::Manifest manifest;
  manifest.capabilities = {"kv", "secrets:token", "http:example.org:443"};
  EXPECT_EQ(*plugin::grant(manifest, nullptr), manifest.capabilities);
  EXPECT_EQ(*plugin::grant(manifest, &none), none);
  const std::vector<std::string> some = {"secrets", "http:other.org:443"};
  EXPECT_EQ(*plugin::grant(manifest, &some), std::vector<std::string>{"secrets:token"});
  manifest.capabilities = {"secrets"};
  const std::vector<std::string> names = {"secrets:token", "kv"};
  EXPECT_EQ(*plugin::grant(manifest, &names), std::vector<std::string>{"secrets:token"});
  manifest.required = {"collet.kv/1"};
  const auto denied = plugin::grant(manifest, &some);
  ASSERT_FALSE(denied.ok());
  EXPECT_EQ(denied.error().code, Errc::denied);
}

TEST_F(PluginLoad, PrivateCopiesAreNamedByHashAndGoAtTheEnd) {
  shipped_.add(good("plain_c.so"));
  load(shipped_.path());
  std::vector<std::string> copies;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(copies_.path())) {
    if (entry.path().extension() == ".so") copies.push_back(entry.path().filename().string());
    if (entry.is_directory()) {
      EXPECT_EQ(entry.status().permissions(), std::filesystem::perms(0700));
    }
  }
  EXPECT_EQ(copies, std::vector<std::string>{"plain_c-" + host_->statuses()[0].sha256 + "-1.so"});
  // Writing over the file that was loaded must not touch what is mapped.
  std::ofstream(shipped_.path() + "/plain_c.so", std::ios::trunc) << "overwritten";
  EXPECT_EQ(show(call("reverse", "{}")), "}{");
  host_.reset();
  EXPECT_TRUE(std::filesystem::is_empty(copies_.path()));
}

TEST_F(PluginLoad, FindsToolsByNameAliasAndNearMiss) {
  shipped_.add(good("waits.so"));
  load(shipped_.path());
  EXPECT_EQ((*host_->snapshot()->find("sleep"))->info.name, "wait");
  const auto missing = host_->snapshot()->find("wiat");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code, Errc::not_found);
  EXPECT_EQ(missing.error().message.rfind("there is no tool \"wiat\"; did you mean wait?; available: ", 0), 0u) << missing.error().message;
}

}  // namespace
}  // namespace collet::test
