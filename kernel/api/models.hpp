// From the name a client sends to a model, through aliases and presets.
#pragma once

#include <string>
#include <string_view>

#include "api/context.hpp"
#include "collet/result.hpp"

namespace collet::api {

struct ModelChoice {
  std::string asked;  ///< As sent; echoed in answers.
  const config::ModelSettings* settings = nullptr;
  llm::Provider* provider = nullptr;
  const config::AgentSettings* preset = nullptr;  ///< Null: no preset.
};

/// @error not_found: lists what there is.
/// @error invalid as well: the model does not write text.
[[nodiscard]] Result<ModelChoice> choose_chat_model(const Context& context, std::string_view asked);
[[nodiscard]] Result<ModelChoice> choose_model(const Context& context, std::string_view asked);
/// Ids, presets and aliases, in that order.
[[nodiscard]] std::vector<std::string> model_names(const config::Settings& settings);
[[nodiscard]] bool has_type(const config::ModelSettings& model, std::string_view type);

}  // namespace collet::api
