// The words of the served API that other folders have to know.
#pragma once

namespace collet::api {

inline constexpr char kAgentsPath[] = "/v1/agents/heroku";
inline constexpr char kToolType[] = "heroku_tool";        ///< `type` of a tool without namespace.
inline constexpr char kNamespacedToolType[] = "mcp";

}  // namespace collet::api
