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

typedef struct collet_redact {
  uint32_t struct_size;
  uint32_t reserved;
  /* Gives the shorter text through `text`. Not calling it keeps the result as it
   * is; a longer text than `result` is ignored. Must be quick. [any] */
  collet_status (*redact)(void *instance, collet_str tool, collet_str result,
                          collet_text_fn text, void *user);
} collet_redact;

COLLET_SIZE_(collet_redact, 16);
COLLET_AT_(collet_redact, redact, 8);

#ifdef __cplusplus
}
#endif

#endif /* COLLET_EXT_REDACT_H */
