// schema_metaschema.hpp - the schemas that describe schemas, for a $ref to them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace collet::schema {

/// The text of a published metaschema or vocabulary (2020-12, draft 7); empty
/// when `uri` (without fragment) is none.
[[nodiscard]] std::string_view metaschema_text(std::string_view uri);

}  // namespace collet::schema
