/* collet.commands/1 - what a plugin offers to its operator. Plugin extension.
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A command is described and called like a tool, and no model is ever offered
 * one: `collet GROUP NAME --argument value` runs it, and POST /v1/commands/call
 * for keys that may.
 */
#ifndef COLLET_EXT_COMMANDS_H
#define COLLET_EXT_COMMANDS_H

#include "collet/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define COLLET_COMMANDS_ID "collet.commands/1"

typedef struct collet_commands {
  uint32_t struct_size;
  uint32_t reserved;
  /* Calls `each` once per command, before it returns; asked right after
   * list_tools. In the collet_tool `name_space` is the group and must be there,
   * other plugins must not have the same command, and the plugin no tool of the
   * same name: `invoke` gets the name alone. Aliases and examples do not count.
   * Of input_schema's properties the host makes options: text, numbers, booleans
   * and arrays of these; others are written as JSON. The text of the result goes
   * to standard output as it is. [control] */
  collet_status (*list_commands)(void *instance, collet_tool_fn each, void *user);
} collet_commands;

COLLET_SIZE_(collet_commands, 16);
COLLET_AT_(collet_commands, struct_size, 0);
COLLET_AT_(collet_commands, reserved, 4);
COLLET_AT_(collet_commands, list_commands, 8);

#ifdef __cplusplus
}
#endif

#endif /* COLLET_EXT_COMMANDS_H */
