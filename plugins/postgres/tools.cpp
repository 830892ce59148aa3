#include "tools.hpp"

#include "print.hpp"

namespace postgres {

const char* const kAttachmentSchema =
    R"({"type": "string", "maxLength": 256, "default": "DATABASE_URL",
        "description": "Config var of the app with the database's address, with or without _URL."})";

const char* const kFormatSchema = R"({
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "format": {"enum": ["text", "json", "csv"], "default": "text",
               "description": "Form of the rows: aligned as psql prints them, JSON, or CSV."}
  }
})";

collet::ToolSpec common_tool() {
  collet::ToolSpec spec;
  spec.effects = COLLET_EFFECT_READS | COLLET_EFFECT_NETWORK | COLLET_EFFECT_SECRETS;
  spec.exposure = COLLET_EXPOSES_PRIVATE_DATA | COLLET_EXPOSES_UNTRUSTED_TEXT;
  spec.needs_app = true;
  spec.idempotent = true;
  spec.blocking = true;
  spec.config_schema = kFormatSchema;
  return spec;
}

Answer print_as(const collet::Value& tool_params, const Table& table, bool expanded) {
  const auto format = tool_params["format"].string_or("text");
  if (format == "json") return {print_json(table), true};
  if (format == "csv") return {print_csv(table)};
  return {expanded ? print_expanded(table) : print_aligned(table)};
}

}  // namespace postgres
