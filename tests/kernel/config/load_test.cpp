#include "config/load.hpp"

#include <gtest/gtest.h>

#include "kernel/config/temp_folder.hpp"

namespace collet::config {
namespace {

using test::ScopedEnv;
using test::TempFolder;

std::string error_of(std::string_view yaml) {
  const auto settings = load_text(yaml, "config.yaml");
  return settings ? "(no error)" : settings.error().message;
}

struct Fault {
  const char* name;
  const char* yaml;
  const char* message;
};

void PrintTo(const Fault& fault, std::ostream* out) { *out << fault.yaml; }

class Faults : public testing::TestWithParam<Fault> {};

TEST_P(Faults, AreToldWithLinePathAndRemedy) { EXPECT_EQ(error_of(GetParam().yaml), GetParam().message); }

INSTANTIATE_TEST_SUITE_P(
    Load, Faults,
    testing::Values(
        Fault{"WrongType", "limits:\n  turns_max: many\n",
              "config.yaml:2: limits.turns_max: expected a whole number 1..1000, got \"many\""},
        Fault{"OutOfRange", "limits: {turns_max: 0}", "config.yaml:1: limits.turns_max: expected a whole number 1..1000, got 0"},
        Fault{"FractionForWhole", "limits: {turns_max: 2.5}",
              "config.yaml:1: limits.turns_max: expected a whole number 1..1000, got 2.5"},
        Fault{"MapForNumber", "limits: {turns_max: {a: 1}}",
              "config.yaml:1: limits.turns_max: expected a whole number 1..1000, got a map"},
        Fault{"UnknownKeyNearOne", "\nlimits:\n  turn_max: 3\n",
              "config.yaml:3: limits.turn_max: unknown key; did you mean turns_max?"},
        Fault{"UnknownKeyFarFromAll", "server: {zzzzzzzzzz: 3}",
              "config.yaml:1: server.zzzzzzzzzz: unknown key; server has listen, tls, io_threads, user, platform_shim, public_url"},
        Fault{"UnknownTopKey", "modles: []", "config.yaml:1: modles: unknown key; did you mean models?"},
        Fault{"UnknownChoice", "log: {level: loud}",
              "config.yaml:1: log.level: expected trace, debug, info, warn, error or off, got \"loud\""},
        Fault{"NotABoolean", "server: {platform_shim: yes}",
              "config.yaml:1: server.platform_shim: expected true or false, got \"yes\""},
        Fault{"ListForText", "server: {listen: [a]}", "config.yaml:1: server.listen: expected a text, got a list"},
        Fault{"TextForList", "plugins: {trusted_dirs: /opt}",
              "config.yaml:1: plugins.trusted_dirs: expected a list of texts, as in [a, b], got \"/opt\""},
        Fault{"TextForMap", "apps: 3", "config.yaml:1: apps: expected a map of names, got 3"},
        Fault{"MapForList", "models: {id: x}", "config.yaml:1: models: expected a list (lines that begin with -), got a map"},
        Fault{"TextForEntry", "models: [local]", "config.yaml:1: models[0]: expected a model as a map, got \"local\""},
        Fault{"NotAMapAtAll", "- a\n- b\n", "config.yaml: expected a map of settings at the top, as in \"server: {listen: ...}\""},
        Fault{"RequiredKey", "auth:\n  keys:\n    - id: dev\n",
              "config.yaml:3: auth.keys[0]: a key needs key: The key, or sha256: and the hex digest of it."},
        Fault{"EmptyRequiredKey", "auth: {keys: [{id: dev, key: ''}]}",
              "config.yaml:1: auth.keys[0].key: must not be empty: The key, or sha256: and the hex digest of it."},
        Fault{"WrittenTwice", "limits:\n  turns_max: 3\n  turns_max: 4\n",
              "config.yaml:3: limits.turns_max: is written twice; the first time on line 2"},
        Fault{"BadName", "apps: {'my app': {}}",
              "config.yaml:1: apps.my app: expected a name of letters, digits and . _ - / : @"},
        Fault{"TwoDocuments", "limits: {}\n---\nlog: {}\n", "config.yaml: holds more than one document; remove the --- lines"},
        Fault{"UnknownSubstitution", "state_dir: ${vault:x}",
              "config.yaml:1: state_dir: ${vault:x} is not known; expected ${env:NAME}, ${env:NAME:-default}, "
              "${file:path} or ${share:path}, and $${ for a plain ${"},
        Fault{"UnsetVariable", "auth: {keys: [{id: dev, key: '${env:COLLET_TEST_UNSET}'}]}",
              "config.yaml:1: auth.keys[0].key: the environment variable COLLET_TEST_UNSET is not set; set it, or give a "
              "default as in ${env:COLLET_TEST_UNSET:-text}"},
        Fault{"MissingSecretFile", "state_dir: ${file:/nonexistent/x}",
              "config.yaml:1: state_dir: cannot read the file /nonexistent/x; check that it exists and who may read it"},
        Fault{"OpenSubstitution", "state_dir: ${env:HOME",
              "config.yaml:1: state_dir: ${ without a closing }; write $${ for a plain ${"},
        Fault{"SeveralAtOnce", "log: {level: loud}\nlimits:\n  turns_max: many\n  nope_nope: 1\nserver: {listen: nowhere}\n",
              "config.yaml:1: log.level: expected trace, debug, info, warn, error or off, got \"loud\"\n"
              "config.yaml:3: limits.turns_max: expected a whole number 1..1000, got \"many\"\n"
              "config.yaml:4: limits.nope_nope: unknown key; limits has turns_max, run_seconds_max, tool_calls_max, "
              "parallel_calls_max, calls_per_tool_default, calls_per_tool_max, tools_per...\n"
              "config.yaml:5: server.listen: expected HOST:PORT as in 127.0.0.1:8080 or [::1]:0, got \"nowhere\""}),
    [](const auto& info) { return info.param.name; });

TEST(Load, NamesThePlaceOfASyntaxError) {
  const std::string error = error_of("server:\n  listen: [unclosed\n");
  EXPECT_TRUE(error.starts_with("config.yaml:")) << error;
  EXPECT_NE(error.find("not valid YAML"), std::string::npos) << error;
}

TEST(Load, RefusesWhatIsTooLargeOrNoText) {
  EXPECT_EQ(error_of(std::string_view("a\0b", 3)), "config.yaml: holds a NUL byte; is this a config file?");
  EXPECT_EQ(error_of(std::string(5 << 20, ' ')), "config.yaml: larger than 4 MiB; is this a config file?");
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 8; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) bomb += (j ? ", " : "") + before;
    bomb += "]\n";
  }
  EXPECT_NE(error_of(bomb).find("too large: at most 100000 values and 64 levels"), std::string::npos);
  EXPECT_NE(error_of("state_dir: " + std::string(200, '[') + std::string(200, ']')).find("64 levels"), std::string::npos);
}

TEST(Load, NeverShowsASecretOrWhatWasPutIn) {
  const ScopedEnv variable("COLLET_TEST_VALUE", "hunter2");
  const std::string error = error_of(
      "limits: {turns_max: '${env:COLLET_TEST_VALUE}'}\n"
      "log: {level: '${env:COLLET_TEST_VALUE}'}\n"
      "auth: {keys: [{id: a, key: [hunter2]}, {id: b, key: 'hunter2 hunter2'}]}\n");
  EXPECT_EQ(error.find("hunter2"), std::string::npos) << error;
  EXPECT_NE(error.find("limits.turns_max: expected a whole number 1..1000, got another value (not shown)"), std::string::npos) << error;
}

TEST(Load, PutsInVariablesFilesAndDefaults) {
  const TempFolder folder;
  folder.write("key.txt", "from-file\n");
  const ScopedEnv number("COLLET_TEST_TURNS", "7"), key("COLLET_TEST_KEY", "from-env"), unset("COLLET_TEST_UNSET", nullptr);
  const std::string file = folder.write("config.yaml",
      "limits: { turns_max: \"${env:COLLET_TEST_TURNS}\" }\n"
      "auth:\n  keys:\n"
      "    - { id: a, key: \"${env:COLLET_TEST_KEY}\" }\n"
      "    - { id: b, key: \"x-${file:key.txt}\" }\n"
      "    - { id: c, key: \"${env:COLLET_TEST_UNSET:-from-default}\" }\n"
      "    - { id: d, key: \"$${env:plain}\" }\n"
      "plugins: { instances: [ { plugin: p, name: n, config: { port: \"7\", depth: 7, on: true, none: , list: [1, a] } } ] }\n");
  const auto settings = load_file(file);
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_EQ(settings->limits.turns_max, 7);
  ASSERT_EQ(settings->auth.keys.size(), 4u);
  EXPECT_EQ(settings->auth.keys[0].key, "from-env");
  EXPECT_EQ(settings->auth.keys[1].key, "x-from-file");
  EXPECT_EQ(settings->auth.keys[2].key, "from-default");
  EXPECT_EQ(settings->auth.keys[3].key, "${env:plain}");
  EXPECT_EQ(settings->plugins.instances.at(0).config.dump(), R"({"port":"7","depth":7,"on":true,"none":null,"list":[1,"a"]})");
  EXPECT_EQ(settings->source, file);
}

TEST(Load, TakesPlainScalarsAsTextWhereTextIsMeant) {
  const auto settings = load_text("apps: {a: {config_vars: {PORT: 5000, ON: true, ID: 007, V: 1.10}}}", "config.yaml");
  ASSERT_TRUE(settings) << settings.error().message;
  const std::map<std::string, std::string> expected{{"PORT", "5000"}, {"ON", "true"}, {"ID", "007"}, {"V", "1.10"}};
  EXPECT_EQ(settings->apps.at("a").config_vars, expected);
}

TEST(Load, CountsRelativePathsFromTheFile) {
  const TempFolder folder;
  const ScopedEnv home("HOME", "/home/someone");
  const std::string file = folder.write("config.yaml",
      "plugins: {dir: ./my/../drop, trusted_dirs: [a, /opt/b]}\nstate_dir: ~/state\nlog: {audit_file: audit.log}\n");
  const auto settings = load_file(file);
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_EQ(settings->plugins.dir, folder.path() + "/drop");
  EXPECT_EQ(settings->plugins.trusted_dirs, (std::vector<std::string>{folder.path() + "/a", "/opt/b"}));
  EXPECT_EQ(settings->state_dir, "/home/someone/state");
  EXPECT_EQ(settings->log.audit_file, folder.path() + "/audit.log");
}

TEST(Load, AMissingFileIsNotFound) {
  const auto settings = load_file("/nonexistent/config.yaml");
  ASSERT_FALSE(settings);
  EXPECT_EQ(settings.error().code, Errc::not_found);
  EXPECT_EQ(load_file("/").error().message, "/: is a folder, expected a YAML file");
}

TEST(Load, GivenListsReplaceAndSizesMerge) {
  const auto settings = load_text(
      "models: [{id: big, base_url: 'http://127.0.0.1:9/v1'}]\nsizes: {tiny: {memory_bytes: 33554432, disk_bytes: 1048576},"
      " standard-1x: {pids_max: 99}}\n", "config.yaml");
  ASSERT_TRUE(settings) << settings.error().message;
  ASSERT_EQ(settings->models.size(), 1u);
  EXPECT_EQ(settings->models[0].provider, "openai");
  EXPECT_TRUE(settings->aliases.empty()) << "the built-in aliases lead to a model that is gone";
  EXPECT_EQ(settings->sizes.size(), 5u);
  EXPECT_EQ(settings->sizes.at("tiny").memory_bytes, 33554432);
  EXPECT_EQ(settings->sizes.at("standard-1x").pids_max, 99);
  EXPECT_EQ(settings->sizes.at("standard-1x").memory_bytes, 536870912);
}

TEST(Load, EmbeddedModelsArePlannedUnlessToldOtherwise) {
  const auto settings = load_text(
      "models: [{id: a, provider: embedded}, {id: b, provider: embedded, tool_mode: native},"
      " {id: c, base_url: 'http://h/v1'}]", "config.yaml");
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_EQ(settings->models[0].tool_mode, "planned");
  EXPECT_EQ(settings->models[1].tool_mode, "native");
  EXPECT_EQ(settings->models[2].tool_mode, "native");
}

TEST(Load, EmptyTextAndEmptyListsAreFine) {
  EXPECT_TRUE(load_text("", "config.yaml"));
  const auto settings = load_text("aliases:\n# all gone\nlimits:\nlog: {level: }\n", "config.yaml");
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_TRUE(settings->aliases.empty());
  EXPECT_EQ(settings->limits.turns_max, 24);
  EXPECT_EQ(settings->log.level, "info");
}

TEST(Load, RemoveProviderTakesItsNamesAlong) {
  Settings settings = defaults();
  settings.agents["helper"].model = "local";
  ASSERT_FALSE(settings.aliases.empty());
  remove_provider(settings, "embedded");
  EXPECT_TRUE(settings.models.empty());
  EXPECT_TRUE(settings.aliases.empty());
  EXPECT_TRUE(settings.agents.empty());
}

}  // namespace
}  // namespace collet::config
