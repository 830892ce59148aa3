// schema_uri.hpp - URI references as $id and $ref use them (RFC 3986).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace collet::schema {

/// `reference` made absolute against `base`; the fragment is kept.
[[nodiscard]] std::string resolve_uri(std::string_view base, std::string_view reference);

/// {before '#', after '#'}; the second is empty when there is none.
[[nodiscard]] std::pair<std::string_view, std::string_view> split_fragment(std::string_view uri);

/// %41 as "A"; empty on a broken escape.
[[nodiscard]] std::optional<std::string> percent_decoded(std::string_view text);

/// `token` as one step of a JSON pointer: ~ and / escaped.
[[nodiscard]] std::string pointer_token(std::string_view token);

}  // namespace collet::schema
