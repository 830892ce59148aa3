/* collet.redact/1 - a shorter text of a result for later turns. Plugin extension.
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The model reads a result in full once. In later turns the host may show this
 * shorter text in its place, to save context.
 */
#ifndef COLLET_EXT_REDACT_H
#define COLLET_EXT_REDACT_H

#include "collet/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define COLLET_REDACT_ID "collet.redact/1"

typedef struct collet_redact_request {
  uint32_t struct_size;
  uint32_t flags;    /* 0 */
  collet_str tool;   /* its own name */
  collet_str result; /* all text of the result, as the model read it */
} collet_redact_request;

typedef struct collet_redact {
  uint32_t struct_size;
  uint32_t reserved;
  /* Gives the shorter text through `text`. Not calling it keeps the result as it
   * is; a longer text than `result` is ignored, and so is one after a negative
   * status. [io] */
  collet_status (*redact)(void *instance, const collet_redact_request *request,
                          collet_text_fn text, void *user);
} collet_redact;

COLLET_SIZE_(collet_redact_request, 40);
COLLET_AT_(collet_redact_request, struct_size, 0);
COLLET_AT_(collet_redact_request, flags, 4);
COLLET_AT_(collet_redact_request, tool, 8);
COLLET_AT_(collet_redact_request, result, 24);
COLLET_SIZE_(collet_redact, 16);
COLLET_AT_(collet_redact, struct_size, 0);
COLLET_AT_(collet_redact, reserved, 4);
COLLET_AT_(collet_redact, redact, 8);

#ifdef __cplusplus
}
#endif

#endif /* COLLET_EXT_REDACT_H */
