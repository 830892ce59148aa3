// What goes out: checked before it is sent. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/http_client.hpp"
#include "collet/result.hpp"
#include "net/plain_url.hpp"

namespace collet::net {

/// @error invalid: method, URL or a header that would break the request apart;
/// the message names it and never holds a header's value.
[[nodiscard]] Result<void> check_outbound(const base::HttpRequest& request);

/// For libcurl: "Name: value" for each header, the client's own defaults included. "Name;"
/// stands for a header without value, "Name:" for one that is to be left out.
[[nodiscard]] std::vector<std::string> header_lines(const base::HttpRequest& request,
                                                    const std::string& user_agent);

/// Request line, headers and empty line for a connection of our own. Asks for an
/// unencoded response, whatever the caller's headers say.
void append_request_head(std::string& out, const base::HttpRequest& request, const PlainUrl& url,
                         const std::string& user_agent);

/// scheme://host:port of a URL, for messages: no user, path or query, which may
/// hold secrets.
[[nodiscard]] std::string origin_of(std::string_view url);

}  // namespace collet::net
