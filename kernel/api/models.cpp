#include "api/models.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace collet::api {

std::vector<std::string> model_names(const config::Settings& settings) {
  std::vector<std::string> names;
  for (const auto& model : settings.models) names.push_back(model.id);
  for (const auto& [name, agent] : settings.agents) names.push_back(name);
  for (const auto& [name, target] : settings.aliases) names.push_back(name);
  return names;
}

bool has_type(const config::ModelSettings& model, std::string_view type) {
  return std::find(model.types.begin(), model.types.end(), type) != model.types.end();
}

Result<ModelChoice> choose_model(const Context& context, std::string_view asked) {
  const config::Settings& settings = context.shared.settings;
  ModelChoice choice;
  choice.asked = asked;
  std::string name(asked);
  if (const auto preset = settings.agents.find(name); preset != settings.agents.end()) {
    choice.preset = &preset->second;
    name = preset->second.model;
  }
  if (const auto alias = settings.aliases.find(name); alias != settings.aliases.end()) {
    name = alias->second;
  }
  const auto model = std::find_if(settings.models.begin(), settings.models.end(),
                                  [&](const config::ModelSettings& m) { return m.id == name; });
  const auto provider = context.models.find(name);
  if (model == settings.models.end() || provider == context.models.end()) {
    const auto names = model_names(settings);
    const std::string_view near = base::nearest(asked, names);
    return Error{Errc::not_found,
                 "model: \"" + base::shorten(asked, 80) + "\" is not configured; available: " +
                     base::join(names, ", ") +
                     (near.empty() ? "" : "; did you mean \"" + std::string(near) + "\"?")};
  }
  choice.settings = &*model;
  choice.provider = provider->second.get();
  return choice;
}

Result<ModelChoice> choose_chat_model(const Context& context, std::string_view asked) {
  auto choice = choose_model(context, asked);
  if (!choice || has_type(*choice->settings, "text-to-text")) return choice;
  return Error{Errc::invalid, "model: \"" + base::shorten(asked, 80) + "\" makes " + base::join(choice->settings->types, ", ") +
                                  ", no text; ask one of type text-to-text (GET /available-models)"};
}

}  // namespace collet::api
