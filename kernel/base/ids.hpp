// Identifiers: random, unguessable where that matters.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace collet::base {

/// Lower-case hex digits from the kernel's random source. [any-thread]
[[nodiscard]] std::string random_hex(std::size_t digits);
/// "chatcmpl-" and 21 hex digits.
[[nodiscard]] std::string make_completion_id();
/// "tooluse_" and 22 characters.
[[nodiscard]] std::string make_call_id();
/// RFC 4122 version 4.
[[nodiscard]] std::string make_uuid();
/// A stable UUID made of a name, for things that have no id of their own.
[[nodiscard]] std::string uuid_of(std::string_view name);
/// Lower-case hex SHA-256.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);
/// Equal without telling by its run time where they differ.
[[nodiscard]] bool equal_constant_time(std::string_view a, std::string_view b);
/// Unix seconds.
[[nodiscard]] std::int64_t unix_seconds();

}  // namespace collet::base
