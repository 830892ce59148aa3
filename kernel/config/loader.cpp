#include <filesystem>
#include <fstream>
#include <iterator>

#include "config/bind.hpp"
#include "config/check.hpp"
#include "config/load.hpp"
#include "config/places.hpp"
#include "config/yaml.hpp"

namespace collet::config {
namespace {

namespace fs = std::filesystem;

std::string folder_of(const std::string& source) {
  std::error_code error;
  const fs::path folder = fs::absolute(fs::path(source), error).parent_path();
  return error ? std::string("/") : folder.lexically_normal().string();
}

bool has_model(const Settings& settings, std::string_view id) {
  for (const ModelSettings& model : settings.models) {
    if (model.id == id) return true;
  }
  return false;
}

// Names that lead nowhere, because the models they lead to are gone.
void remove_dangling(Settings& settings) {
  std::erase_if(settings.aliases, [&](const auto& alias) { return !has_model(settings, alias.second); });
  std::erase_if(settings.agents, [&](const auto& agent) {
    return !has_model(settings, agent.second.model) && !settings.aliases.contains(agent.second.model);
  });
}

// Embedded models are small ones.
void default_tool_modes(const Value& models, Settings& settings) {
  for (std::size_t i = 0; i < models.size() && i < settings.models.size(); ++i) {
    ModelSettings& model = settings.models[i];
    if (model.provider == "embedded" && models.at(i)["tool_mode"].is_null()) model.tool_mode = "planned";
  }
}

Result<Settings> load_over(Settings settings, std::string_view text, const std::string& source) {
  Tree tree;
  Findings findings(source, tree);
  const std::string base = folder_of(source);
  if (auto read = yaml_to_tree(text, source, base, tree, findings); !read) return read.error();
  bind(tree, base, settings, findings);
  default_tool_modes(tree.root["models"], settings);
  // Built-in aliases and presets lose their meaning with the built-in models.
  Settings kept = settings;
  if (tree.root.has("models")) {
    remove_dangling(kept);
    if (!tree.root.has("aliases")) settings.aliases = kept.aliases;
    if (!tree.root.has("agents")) settings.agents = kept.agents;
  }
  check(settings, findings);
  if (!findings.empty()) return Error{Errc::invalid, findings.text()};
  return settings;
}

}  // namespace

Settings defaults() {
  Tree tree;
  Findings findings("built-in", tree);
  Settings settings;
  // The example app is left out where its folder was not installed.
  const std::string base = folder_of("built-in");
  if (yaml_to_tree(default_text(), "built-in", base, tree, findings)) bind(tree, base, settings, findings);
  std::erase_if(settings.apps, [](const auto& app) { return app.second.root.empty(); });
  return settings;
}

Result<Settings> load_text(std::string_view text, const std::string& source) {
  auto settings = load_over(defaults(), text, source);
  if (settings) settings->source = source;
  return settings;
}

Result<Settings> load_file(const std::string& path) {
  std::error_code error;
  if (!fs::exists(path, error)) return Error{Errc::not_found, path + ": there is no such file"};
  if (fs::is_directory(path, error)) return Error{Errc::unavailable, path + ": is a folder, expected a YAML file"};
  std::ifstream in(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in.good() && !in.eof()) return Error{Errc::unavailable, path + ": cannot be read; check who may read it"};
  return load_text(text, path);
}

void remove_provider(Settings& settings, std::string_view provider) {
  std::erase_if(settings.models, [&](const ModelSettings& model) { return model.provider == provider; });
  remove_dangling(settings);
}

}  // namespace collet::config
