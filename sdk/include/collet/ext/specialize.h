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

typedef struct collet_specialize_request {
  uint32_t struct_size;
  uint32_t flags;              /* 0 */
  collet_str tool;             /* its own name */
  collet_str tool_params;      /* the request's whole JSON object, pinned arguments
                                  included, checked against config_schema */
  collet_str description_hint; /* what the caller wrote beside the tool's name;
                                  may be absent */
  collet_str caller;           /* as in collet_call_info; absent: not known yet */
  collet_str app;              /* target app; absent: none */
  collet_str size;             /* dyno_size; absent: the server's own */
} collet_specialize_request;

typedef struct collet_specialize {
  uint32_t struct_size;
  uint32_t reserved;
  /* Calls `each` once with a collet_tool of which only `description` and
   * `input_schema` count; an absent one stays as it is. Not calling it leaves
   * both. The arguments of a call have to fit that schema once the pinned ones
   * are merged into them, so it must know these. INVALID: tool_params cannot be
   * used; the reason goes through `error`. [io] */
  collet_status (*specialize)(void *instance, const collet_specialize_request *request,
                              collet_tool_fn each, void *user,
                              collet_text_fn error, void *error_user);
} collet_specialize;

COLLET_SIZE_(collet_specialize_request, 104);
COLLET_AT_(collet_specialize_request, struct_size, 0);
COLLET_AT_(collet_specialize_request, flags, 4);
COLLET_AT_(collet_specialize_request, tool, 8);
COLLET_AT_(collet_specialize_request, tool_params, 24);
COLLET_AT_(collet_specialize_request, description_hint, 40);
COLLET_AT_(collet_specialize_request, caller, 56);
COLLET_AT_(collet_specialize_request, app, 72);
COLLET_AT_(collet_specialize_request, size, 88);
COLLET_SIZE_(collet_specialize, 16);
COLLET_AT_(collet_specialize, struct_size, 0);
COLLET_AT_(collet_specialize, reserved, 4);
COLLET_AT_(collet_specialize, specialize, 8);

#ifdef __cplusplus
}
#endif

#endif /* COLLET_EXT_SPECIALIZE_H */
