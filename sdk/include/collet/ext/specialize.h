/* collet.specialize/1 - a tool's description and schema for one request. Plugin extension.
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * For tools whose arguments the caller of the API declares: the host asks once
 * per request that configures the tool, before the model sees it.
 */
#ifndef COLLET_EXT_SPECIALIZE_H
#define COLLET_EXT_SPECIALIZE_H

#include "collet/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define COLLET_SPECIALIZE_ID "collet.specialize/1"

typedef struct collet_specialize {
  uint32_t struct_size;
  uint32_t reserved;
  /* Calls `each` once with a collet_tool of which only `description` and
   * `input_schema` count; an absent one stays as it is. Not calling it leaves
   * both. `tool_params` is the request's whole JSON object, pinned arguments
   * included, checked against config_schema; `description_hint` is what the
   * caller wrote beside the tool's name, maybe absent. INVALID: tool_params
   * cannot be used; the reason goes through `error`. [any] */
  collet_status (*specialize)(void *instance, collet_str tool, collet_str tool_params,
                              collet_str description_hint, collet_tool_fn each, void *user,
                              collet_text_fn error, void *error_user);
} collet_specialize;

COLLET_SIZE_(collet_specialize, 16);
COLLET_AT_(collet_specialize, specialize, 8);

#ifdef __cplusplus
}
#endif

#endif /* COLLET_EXT_SPECIALIZE_H */
