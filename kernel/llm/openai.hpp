// The provider for servers that speak the OpenAI API.
#pragma once

#include <memory>

#include "base/http_client.hpp"
#include "config/settings.hpp"
#include "llm/provider.hpp"
#include "llm/retry.hpp"

namespace collet::llm {

/// @param settings base_url is used as it stands but for slashes at its end.
/// @param client   outlives the provider.
/// @param retry    retries_max is taken from the settings.
[[nodiscard]] std::unique_ptr<Provider> make_openai(const config::ModelSettings& settings, base::HttpClient& client,
                                                    RetryRules retry = {});

}  // namespace collet::llm
