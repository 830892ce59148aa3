// config.yaml, the struct defaults and the JSON Schema say the same.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <regex>

#include "collet/schema.hpp"
#include "config/fields.hpp"
#include "config/load.hpp"

namespace collet::config {
namespace {

const std::string kFile = COLLET_SOURCE_DIR "/config.yaml";

std::string file_text() {
  std::ifstream in(kFile);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(ShippedConfig, IsWhatAServerWithoutAFileUses) {
  EXPECT_TRUE(default_text() == file_text()) << "the build holds another config.yaml than the tree; configure again";
  const auto loaded = load_file(kFile);
  ASSERT_TRUE(loaded) << loaded.error().message;
  Settings built_in = defaults();
  built_in.plugins.dir = loaded->plugins.dir;  // one counts from the file, one from the working directory
  EXPECT_EQ(to_value(*loaded, Secrets::shown).dump(true), to_value(built_in, Secrets::shown).dump(true));
}

TEST(ShippedConfig, RepeatsTheDefaultsOfTheStructs) {
  Settings structs;
  Settings shipped = defaults();
  shipped.plugins.dir = structs.plugins.dir;
  const Value expected = to_value(structs, Secrets::shown);
  const Value actual = to_value(shipped, Secrets::shown);
  for (const char* section : {"server", "auth", "agents", "plugins", "sandbox", "egress", "limits", "log", "state_dir"}) {
    EXPECT_EQ(actual[section].dump(true), expected[section].dump(true)) << section;
  }
  EXPECT_EQ(to_value(shipped)["sizes"]["standard-1x"], json::object({{"memory_bytes", 536870912}, {"pids_max", 256},
            {"cpu_weight", 50}, {"cpu_cores", 1}, {"disk_bytes", 268435456}}));
  ModelSettings model = shipped.models.at(0);
  EXPECT_EQ(model.provider, "embedded");
  EXPECT_EQ(model.tool_mode, "planned");
  EXPECT_FALSE(model.embedded.prewarm_tools.empty());
  model.embedded.prewarm_tools.clear();  // a default may name a tool, the kernel may not
  ModelSettings plain{.id = "local", .provider = "embedded", .tool_mode = "planned"};
  Settings one, other;
  one.models = {model}, other.models = {plain};
  EXPECT_EQ(to_value(one)["models"].dump(true), to_value(other)["models"].dump(true));
}

TEST(ShippedConfig, ShowsEveryKeyThereIs) {
  const std::string text = file_text();
  const std::function<void(const Section&)> walk = [&](const Section& rows) {
    for (const Field& field : rows.fields) {
      EXPECT_NE(text.find(std::string(field.key) + ":"), std::string::npos) << rows.what << " " << field.key << " is not in config.yaml";
      EXPECT_FALSE(field.help.empty()) << field.key;
      if (field.section) walk(*field.section);
    }
  };
  walk(root_section());
}

// A new setting is a struct member, a row of the table and a line of config.yaml.
TEST(ShippedConfig, HasARowForEverySetting) {
  const auto read = [](const char* name) {
    std::ifstream in(std::string(COLLET_SOURCE_DIR "/kernel/") + name);
    return std::string{std::istreambuf_iterator<char>(in), {}};
  };
  const std::string rows = read("config/fields.cpp");
  const std::string structs = read("config/settings.hpp");
  const std::regex member(R"(\n  [A-Za-z_][\w:<>, ]* (\w+)( =[^;\n]*)?;)");
  int members = 0;
  for (std::sregex_iterator at(structs.begin(), structs.end(), member), end; at != end; ++at, ++members) {
    const std::string name = (*at)[1];
    if (name == "source") continue;
    EXPECT_NE(rows.find("::" + name + ">"), std::string::npos) << name << " of settings.hpp has no row in fields.cpp";
  }
  EXPECT_GT(members, 80);
}

TEST(ShippedConfig, KnowsTheNamesOfPublishedExamples) {
  const Settings settings = defaults();
  EXPECT_EQ(settings.aliases.at("claude-4-sonnet"), "local");
  EXPECT_TRUE(std::filesystem::is_directory(settings.apps.at("my-app").root)) << settings.apps.at("my-app").root;
  EXPECT_EQ(settings.sizes.at("performance-l").memory_bytes, 15032385536);
  EXPECT_EQ(settings.sizes.at("performance-m").memory_bytes, 2684354560);
  EXPECT_EQ(settings.sizes.at("standard-2x").memory_bytes, 1073741824);
  EXPECT_EQ(settings.source, "");
}

TEST(ConfigSchema, IsValidAndFitsTheDefaults) {
  const auto schema_value = Value::parse(config_schema());
  ASSERT_TRUE(schema_value) << schema_value.error().message;
  const auto schema = Schema::compile(*schema_value);
  ASSERT_TRUE(schema) << schema.error().message;
  EXPECT_EQ(describe(schema->validate(to_value(defaults(), Secrets::shown))), "");
}

TEST(ConfigSchema, RefusesWhatTheLoaderRefuses) {
  const auto schema = Schema::compile(*Value::parse(config_schema()));
  ASSERT_TRUE(schema);
  for (const char* text : {R"({"limits":{"turns_max":"many"}})", R"({"limits":{"turns_max":0}})", R"({"limit":{}})",
                           R"({"log":{"level":"loud"}})", R"({"auth":{"keys":[{"id":"a"}]}})", R"({"models":{}})"}) {
    EXPECT_FALSE(schema->validate(*Value::parse(text)).empty()) << text;
  }
  EXPECT_TRUE(schema->validate(*Value::parse(R"({"limits":{"turns_max":"${env:N}"}})")).empty());
}

TEST(ToValue, MasksSecrets) {
  const auto settings = load_text(
      "auth: {keys: [{id: a, key: hunter2}]}\napps: {a: {config_vars: {DB: hunter2}}}\n"
      "models: [{id: m, base_url: 'http://h/v1', api_key: hunter2}]\n"
      "plugins: {secrets: {p/t: hunter2}, instances: [{plugin: p, name: n, config: {token: hunter2, deep: [hunter2]}}]}\n", "c");
  ASSERT_TRUE(settings) << settings.error().message;
  const std::string text = to_value(*settings).dump();
  EXPECT_EQ(text.find("hunter2"), std::string::npos) << text;
  EXPECT_NE(text.find(R"("config_vars":{"DB":"***"})"), std::string::npos) << text;
}

}  // namespace
}  // namespace collet::config
